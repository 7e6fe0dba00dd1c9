/**
 * A call of an AWS service that speaks JSON and has no client in the bundles, signed by the SDK's own signer
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/Welcome.html, .../eventbridge/latest/APIReference/).
 */
export interface Service {
  /** As in endpoints and signatures. */
  readonly name: 'sqs' | 'events';
  /** As in `AWS_ENDPOINT_URL_…`. */
  readonly variable: 'SQS' | 'EVENTBRIDGE';
  readonly protocol: '1.0' | '1.1';
}

/** Whatever is called here, nothing of it is worth the rest of an invocation. */
const TIMEOUT_MS = 5_000;

/** @param target such as `AmazonSQS.SendMessage`. @throws Error naming it, when it is not answered 200 */
export const callSigned = async (
  { name, variable, protocol: version }: Service,
  target: string,
  { region, partition = 'aws' }: { readonly region: string; readonly partition?: string | undefined },
  input: (endpoint: string) => object,
): Promise<unknown> => {
  const domain = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  const own = process.env[`AWS_ENDPOINT_URL_${variable}`] ?? process.env.AWS_ENDPOINT_URL;
  const endpoint = own ?? `https://${name}.${region}.${domain}`;
  const { protocol, host, hostname } = new URL(endpoint);
  const body = JSON.stringify(input(endpoint));
  const headers = { host, 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': target };
  const { SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const signer = await new SecretsManagerClient({ region }).config.signer();
  const request = { method: 'POST', protocol, hostname, path: '/', headers, body };
  const signed = await signer.sign(request, { signingService: name, signingRegion: region });
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const answer = await fetch(endpoint, { method: 'POST', headers: signed.headers, body, signal });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${target} was answered ${answer.status}: ${text.slice(0, 500)}`);
  return JSON.parse(text || '{}');
};
