/** Findings of cdk-nag that are meant to be so, each with its reason. */
import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

export const acknowledge = (scope: IConstruct, rule: string, reason: string): void =>
  Validations.of(scope).acknowledge({ id: `AwsSolutions-${rule}`, reason });

/** IAM5 asks for a reason for each resource with a wildcard, by the text that cdk-nag makes of it. */
export const acknowledgeWildcards = (scope: IConstruct, resources: readonly string[], reason: string): void => {
  for (const resource of resources) {
    const text = flatten(Stack.of(scope).resolve(resource));
    if (text.includes('*')) acknowledge(scope, `IAM5[Resource::${text}]`, reason);
  }
};

/** As cdk-nag does it: `<Logical.Attribute>` for what is only known when it is deployed. */
const flatten = (value: unknown): string => {
  if (typeof value === 'string') return value;
  const [[intrinsic, argument]] = Object.entries(value as object) as [[string, unknown]];
  switch (intrinsic) {
    case 'Fn::Join': {
      const [delimiter, parts] = argument as [string, unknown[]];
      return parts.map(flatten).join(delimiter);
    }
    case 'Fn::GetAtt':
      return `<${(argument as string[]).join('.')}>`;
    case 'Fn::ImportValue':
      return flatten(argument);
    case 'Ref':
      return `<${argument as string}>`;
    default:
      return JSON.stringify(value);
  }
};
