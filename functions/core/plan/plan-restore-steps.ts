/** The plan of lookups, libraries and projects as people and scripts read it, in the order in which it is run. */
import type { OtherSteps, PlannedStep } from './plan-restore.ts';
import type { ThingPlan } from './plan-restore-items.ts';
import type { ProjectPlan } from './plan-restore-projects.ts';

/** How an integration in a project is named beside those outside of any. */
export const nameInProject = (id: string, code: string): string => `${id} in project ${code}`;

export const otherSteps = (things: readonly ThingPlan[], projects: readonly ProjectPlan[]): OtherSteps => {
  const isPut = ({ do: what }: ThingPlan): boolean => what === 'import' || what === 'replace';
  const isIdle = ({ integrations }: ProjectPlan): boolean =>
    integrations.every(({ verdict }) => verdict === 'unchanged');
  return {
    left: [...things, ...projects.filter(isIdle)].filter((one) => !isPut(one)).map(stepOf),
    things: things.filter(isPut).map(stepOf),
    projects: projects.filter(isPut).map(stepOf),
    activations: projects.flatMap(activationsOf),
  };
};

const stepOf = ({ do: what, label, reason }: ThingPlan): PlannedStep => ({ do: what, id: label, reason });

const activationsOf = ({ id: code, integrations }: ProjectPlan): PlannedStep[] =>
  integrations.flatMap(({ id, verdict, reason, steps }): PlannedStep[] => {
    if (verdict === 'unchanged') return [];
    if (verdict !== 'install') return [{ do: verdict, id: nameInProject(id, code), reason }];
    return steps.map((step) => ({ do: step.do, id: nameInProject(step.id, code), reason: step.reason }));
  });
