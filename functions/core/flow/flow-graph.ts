/** A flow as a graph of steps. */
import type { StepKind } from './words.ts';

export interface FlowNode {
  /** The name of its application or processor, else `step:` and the id of its step, which may be given out anew. */
  readonly id: string;
  readonly kind: StepKind;
  readonly title: string;
  /** What more there is to tell: connection and operation, the called integration, variables, a condition. May be empty. */
  readonly detail: string;
  /** The applications and processors of `project.xml` this node stands for; none for mere structure. */
  readonly elements: readonly string[];
  /** The node it lies in: a loop, a scope, a fault handler. */
  readonly inside?: string | undefined;
  readonly isContainer: boolean;
  /** Equal in two archives when the definition says the same of it in both; its files are not looked at. */
  readonly meaning: string;
}

export interface FlowEdge {
  readonly from: string;
  readonly to: string;
  /** `fault`: taken when something fails; `wire`: data goes there. */
  readonly kind: 'next' | 'fault' | 'wire';
}

export interface Flow {
  readonly name: string;
  readonly id: string;
  readonly nodes: readonly FlowNode[];
  readonly edges: readonly FlowEdge[];
  /** False when the definition broke off: there may be more than is drawn. */
  readonly isWhole: boolean;
}
