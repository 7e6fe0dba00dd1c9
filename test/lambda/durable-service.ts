/**
 * The service behind durable executions, as far as our journal needs it: keeps the operations of one execution and hands
 * them to the next invocation. Unlike the official local runner it lets an invocation die, and have little time left.
 */
import {
  type CheckpointDurableExecutionRequest,
  type CheckpointDurableExecutionResponse,
  DurableExecutionInvocationInputWithClient,
  type DurableExecutionInvocationOutput,
  type DurableLambdaHandler,
  type OperationUpdate,
  type WireOperation,
} from '@aws/durable-execution-sdk-js';
import type { Context } from 'aws-lambda';

export interface Execution {
  /** In the order they were begun. What an execution is, to be kept and taken up again. */
  readonly operations: WireOperation[];
}

export interface Invocation {
  /** After each operation that ended and was kept. */
  readonly onEnded?: (operation: WireOperation, execution: Execution) => void;
  /** @default a quarter of an hour, always */
  readonly remainingMs?: () => number;
}

const ARN =
  'arn:aws:lambda:eu-central-1:123456789012:function:backup:1/durable-execution/0f0e0d0c/8c2b61a1-6c1c-4c0b-9d5b-0b1f7a6b5c4d';

export const startExecution = (payload: object): Execution => ({
  operations: [
    {
      Id: 'execution',
      Type: 'EXECUTION',
      Status: 'STARTED',
      StartTimestamp: new Date().toISOString(),
      ExecutionDetails: { InputPayload: JSON.stringify(payload) },
    },
  ],
});

/** One invocation of the function; PENDING means that it is to be invoked again. */
export const invoke = (
  handler: DurableLambdaHandler,
  execution: Execution,
  { onEnded = () => undefined, remainingMs = () => 900_000 }: Invocation = {},
): Promise<DurableExecutionInvocationOutput> => {
  const checkpoint = async ({
    Updates = [],
  }: CheckpointDurableExecutionRequest): Promise<CheckpointDurableExecutionResponse> => {
    for (const update of Updates) {
      const operation = apply(execution, update);
      if (operation.Status === 'SUCCEEDED' || operation.Status === 'FAILED') onEnded(operation, execution);
    }
    return { CheckpointToken: 'next', NewExecutionState: { Operations: execution.operations } };
  };
  const input = {
    DurableExecutionArn: ARN,
    CheckpointToken: 'first',
    InitialExecutionState: { Operations: execution.operations },
  };
  const client = {
    checkpoint,
    getExecutionState: async () => ({ Operations: execution.operations }),
  };
  const context = { awsRequestId: 'request', getRemainingTimeInMillis: remainingMs } as Context;
  return handler(new DurableExecutionInvocationInputWithClient(input, client), context);
};

const STATUS = {
  START: 'STARTED',
  SUCCEED: 'SUCCEEDED',
  FAIL: 'FAILED',
  RETRY: 'PENDING',
  CANCEL: 'CANCELLED',
} as const;

const apply = ({ operations }: Execution, update: OperationUpdate): WireOperation => {
  const { Id, ParentId, Name, Type, SubType, Action = 'START', Payload, Error: error } = update;
  const index = operations.findIndex((operation) => operation.Id === Id);
  const before = operations[index];
  const details = { ...(Payload !== undefined && { Result: Payload }), ...(error && { Error: error }) };
  const attempts = (before?.StepDetails?.Attempt ?? 0) + (Action === 'START' ? 0 : 1);
  const delayMs = (update.StepOptions?.NextAttemptDelaySeconds ?? 0) * 1000;
  const after: WireOperation = {
    Id,
    ParentId,
    Name,
    Type,
    SubType,
    StartTimestamp: before?.StartTimestamp ?? new Date().toISOString(),
    Status: STATUS[Action],
    ...(Type === 'STEP' && {
      StepDetails: {
        ...details,
        Attempt: attempts,
        ...(Action === 'RETRY' && { NextAttemptTimestamp: new Date(Date.now() + delayMs).toISOString() }),
      },
    }),
    ...(Type === 'CONTEXT' && {
      ContextDetails: { ...details, ReplayChildren: update.ContextOptions?.ReplayChildren },
    }),
  };
  if (index < 0) operations.push(after);
  else operations[index] = after;
  return after;
};
