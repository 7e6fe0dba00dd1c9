/** Settings of many instances, and of everything that settings can ask for. */

const OIC = 'https://design.integration.eu-frankfurt-1.ocp.oraclecloud.com';

/** Each is backed up and deployed to; names, secrets and services are as long as they often are. */
export const instancesOf = (count: number, deploy: object = {}): Record<string, object> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, n) => {
      const name = `department-${String(n).padStart(2, '0')}-production`;
      const about = { url: OIC, integrationInstance: `acme-${name}-fr`, secret: `oic/acme/${name}` };
      return [name, { ...about, backup: { timeZone: 'Europe/Berlin', exclude: ['SCRATCH_*', 'TEMP_*'] }, deploy }];
    }),
  );

/** Of `deploy`, with which each instance has every function that there is. */
export const EVERY_JOB = { approval: true };

export const EVERYTHING = {
  alarmEmail: 'integration-team@example.com',
  account: '111111111111',
  customerKey: true,
  logRetentionDays: 400,
  tags: { costCentre: '4711', owner: 'integration team' },
  network: {
    vpcId: 'vpc-0a1b2c3d4e5f67890',
    subnetIds: ['subnet-0a1b2c3d4e5f67890', 'subnet-0a1b2c3d4e5f67891'],
    securityGroupIds: ['sg-0a1b2c3d4e5f67890'],
  },
  vault: {
    keep: { daily: 90, weekly: 26, monthly: 24, yearly: 7 },
    objectLock: { days: 30 },
    customerKey: true,
    breakGlassRole: 'arn:aws:iam::111111111111:role/BreakGlass',
    replica: {
      account: '999999999999',
      region: 'eu-west-1',
      bucket: 'acme-oic-copies',
      breakGlassRole: 'arn:aws:iam::999999999999:role/BreakGlass',
      key: 'arn:aws:kms:eu-west-1:999999999999:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    },
  },
};
