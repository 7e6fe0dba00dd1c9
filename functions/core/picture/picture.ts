/**
 * A picture before it is drawn: boxes, boxes that hold boxes, and lines between them. Flows, differences of flows and
 * the map of a snapshot are pictures.
 */
import type { FlowEdge } from '../flow/flow-graph.ts';
import type { StepKind } from '../flow/words.ts';

export type Change = 'added' | 'removed' | 'changed';

export interface Box {
  readonly id: string;
  readonly kind: StepKind | 'integration' | 'connection';
  readonly title: string;
  readonly detail: string;
  /** The applications and processors it stands for. */
  readonly elements?: readonly string[] | undefined;
  readonly inside?: string | undefined;
  readonly isContainer: boolean;
  readonly change?: Change | undefined;
}

export interface Line {
  readonly from: string;
  readonly to: string;
  readonly kind: FlowEdge['kind'] | 'uses';
  readonly change?: Exclude<Change, 'changed'> | undefined;
}

export interface Picture {
  readonly title: string;
  /** What a person who cannot see it should know of it, in a sentence or two. */
  readonly description: string;
  readonly boxes: readonly Box[];
  readonly lines: readonly Line[];
  /** `down` for what happens in time, `right` for what depends on what. */
  readonly direction: 'down' | 'right';
  /** Said below the picture. */
  readonly notes: readonly string[];
}
