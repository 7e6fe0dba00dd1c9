/** Settings of many instances, and of everything that settings can ask for. */

const OIC = 'https://design.integration.eu-frankfurt-1.ocp.oraclecloud.com';

/** Each is backed up and deployed to; names, secrets and services are as long as they often are. */
export const instancesOf = (count: number, more: object = {}): Record<string, object> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, n) => {
      const name = `department-${String(n).padStart(2, '0')}-production`;
      const about = { url: OIC, integrationInstance: `acme-${name}-fr`, secret: `oic/acme/${name}`, ...more };
      return [name, { ...about, backup: { timeZone: 'Europe/Berlin', exclude: ['SCRATCH_*', 'TEMP_*'] }, deploy: {} }];
    }),
  );

export const EVERYTHING = {
  alarmEmail: 'integration-team@example.com',
  vault: {
    keep: { daily: 90, weekly: 26, monthly: 24, yearly: 7 },
    objectLock: { days: 30 },
    customerKey: true,
    replicaRegion: 'eu-west-1',
  },
};
