/**
 * Integrations whose flows have any shape: steps are put together like toys, and each registers the application or
 * processor it refers to, so that a test knows what has to be in the picture.
 */
import { createHash } from 'node:crypto';
import { buildSampleArchive } from '../../simulator/archives/sample-archive.ts';
import { escapeXml } from '../../simulator/archives/sample-flow.ts';
import type { Random } from '../../simulator/random.ts';
import { edited } from '../archive/archive-forge.ts';

interface Route {
  readonly name: string;
  /** The condition as the designer shows it; the route without one is the `otherwise`. */
  readonly condition?: string;
  readonly steps: readonly string[];
}

interface Application {
  readonly name: string;
  readonly connection: string;
  readonly adapter?: string;
  /** `CODE|VERSION` of an integration on the same instance. */
  readonly calls?: string;
  /** What the designer calls the step, e.g. `REST2`. */
  readonly step?: string;
  /** The operation of its endpoint. */
  readonly operation?: string;
  /** Of its .jca file, e.g. `HttpVerb`. */
  readonly settings?: Readonly<Record<string, string>>;
}

interface Described {
  /** The name of the step. */
  readonly name?: string;
  /** Of the processor it refers to. */
  readonly type?: string;
  /** Of that processor, by name. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Below the folder of that processor, by name. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Each step is the XML of its place in the orchestration. */
export interface FlowForge {
  receive(application: Application): string;
  schedule(): string;
  invoke(application: Application): string;
  reply(): string;
  map(): string;
  assign(variable: string, value?: string): string;
  /** One Assign that sets several variables. */
  assigns(name: string, variables: readonly string[]): string;
  route(routes: readonly Route[]): string;
  /** `for`, `while`, `try`, `catch`, `catchAll`, `globalTry`, ...: holds steps; with a type it refers to a processor. */
  hold(step: string, steps: readonly string[], options?: Described): string;
  /** A step of any name, on a processor of any type. */
  step(step: string, type: string, name?: string): string;
  /** A processor nothing refers to. */
  loose(type: string, properties?: Readonly<Record<string, string>>): void;
  wire(from: string, to: string): void;
  /** Names of every application and processor made so far. */
  names(): string[];
  archive(orchestration: readonly string[] | undefined, options?: ForgedArchive): Buffer;
}

interface ForgedArchive {
  readonly code?: string;
  readonly name?: string;
  readonly version?: string;
  readonly prefix?: string;
  /** Anything more, right below `icsflow`. */
  readonly more?: string;
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

export const createFlowForge = (): FlowForge => {
  let count = 0;
  const elements: string[] = [];
  const names: string[] = [];
  const connections = new Map<string, string>();
  const files: [string, string][] = [];
  let trigger = '';

  const next = (): number => ++count;
  const register = (kind: 'application' | 'processor', content: (id: number) => string): string => {
    const name = `${kind}_${next()}`;
    names.push(name);
    elements.push(`<p:${kind} name="${name}">${content(count)}</p:${kind}>`);
    return name;
  };
  const application = (described: Application, isTrigger: boolean): string => {
    const { name, connection, adapter = 'rest' } = described;
    connections.set(connection, adapter);
    const side = isTrigger ? 'outbound' : 'inbound';
    const id = register('application', (number) => {
      const file = `application_${number}/${side}_${number}/resourcegroup_${number}/endpoint_REQUEST.jca`;
      files.push([file, jca(described)]);
      return `<p:role>${isTrigger ? 'source' : 'target'}</p:role><p:adapter><p:type>app-adapter</p:type><p:code>${connection}</p:code>
<p:name>${escapeXml(name)}</p:name></p:adapter><p:${side} name="${side}_${number}"><p:binding>${adapter}</p:binding>
<p:input name="input_${number}"><p:role>request</p:role><p:messageContextRef refUri="messagecontext_${number}"/></p:input></p:${side}>`;
    });
    if (isTrigger) trigger = id;
    return id;
  };
  const processor = (type: string, more = ''): string =>
    register('processor', () => `<p:type>${type}</p:type><p:role>undefined</p:role>${more}`);
  const expression = (place: string, facts: Readonly<Record<string, string>>): void => {
    const lines = Object.entries(facts).map(([key, value]) => `${key} : ${value}\n`);
    files.push([`${place}/resourcegroup_${count}/expr.properties`, lines.join('')]);
  };
  const attributes = (facts: Readonly<Record<string, string | undefined>>): string =>
    Object.entries({ id: `x${next()}`, ...facts })
      .flatMap(([key, value]) => (value === undefined ? [] : [` ${key}="${escapeXml(value)}"`]))
      .join('');

  return {
    receive: (described) => `<p:receive${attributes({ refUri: `${application(described, true)}/outbound_1` })}/>`,
    schedule: () => `<p:scheduleReceive${attributes({ refUri: processor('scheduleReceiver') })}/>`,
    invoke: (described) => `<p:invoke${attributes({ refUri: application(described, false), name: described.step })}/>`,
    reply: () => `<p:reply${attributes({ refUri: `${trigger}/outbound_1/input_1` })}/>`,
    map: () => {
      const name = processor('transformer', '<p:property name="has-mappings" value="true"/>');
      files.push([`${name}/resourcegroup_${count}/req_${md5(name)}.xsl`, `<xsl/>mapping ${count}`]);
      return `<p:transformer${attributes({ refUri: name })}/>`;
    },
    assign: (variable, value = '"x"') => {
      const name = processor('assignment');
      expression(name, { TextExpression: value, VariableName: variable });
      return `<p:label${attributes({ name: `Set ${variable}` })}><p:assignment${attributes({ refUri: name })}/></p:label>`;
    },
    assigns: (label, variables) => {
      const assignments = variables.map((variable) => {
        const name = processor('assignment');
        expression(name, { TextExpression: '"x"', VariableName: variable });
        return `<p:assignment${attributes({ refUri: name })}/>`;
      });
      return `<p:label${attributes({ name: label })}>${assignments.join('')}</p:label>`;
    },
    route: (routes) => {
      const name = processor('contentBasedRouter');
      const branches = routes.map(({ name: title, condition, steps }, index) => {
        const place = `${name}/output_${index}`;
        const xpath = condition === undefined ? 'true' : condition;
        expression(place, { TextExpression: condition ?? 'Else', XpathExpression: xpath, ExpressionName: title });
        return `<p:route${attributes({ refUri: place })}>${steps.join('')}</p:route>`;
      });
      return `<p:router${attributes({ refUri: name })}>${branches.join('')}</p:router>`;
    },
    hold: (step, steps, { name, type, properties = {}, files: own = {} } = {}) => {
      const refUri = type === undefined ? undefined : processor(type, propertiesXml(properties, 'p:'));
      for (const [file, text] of Object.entries(own)) files.push([`${refUri}/resourcegroup_${count}/${file}`, text]);
      return `<p:${step}${attributes({ name, refUri })}>${steps.join('')}</p:${step}>`;
    },
    step: (step, type, name) =>
      `<p:${step}${attributes({ refUri: processor(type, name && `<p:processorName>${escapeXml(name)}</p:processorName>`) })}/>`,
    loose: (type, properties = {}) => {
      processor(type, propertiesXml(properties, 'p:'));
    },
    wire: (from, to) => {
      elements.push(`<p:wire><p:source>${from}/output_1</p:source><p:target>${to}/input_1</p:target></p:wire>`);
    },
    names: () => [...names],
    archive: (
      orchestration,
      { code = 'FORGED', name = 'Forged flow', version = '01.00.0000', prefix = 'p', more = '' } = {},
    ) => {
      const flow = orchestration === undefined ? '' : `<p:orchestration>${orchestration.join('\n')}</p:orchestration>`;
      const xml = `<?xml version="1.0" encoding="UTF-8"?><r:icsproject xmlns:p="urn:flow" xmlns:r="urn:project" modelType="freeform">
<r:projectCode>${code}</r:projectCode><r:projectVersion>${version}</r:projectVersion><r:projectName>${escapeXml(name)}</r:projectName>
<r:icsflow name="flow_1">${elements.join('\n')}${flow}${more}</r:icsflow></r:icsproject>`;
      const used = [...connections].map(([id, type]) => ({ id, type, name: `Connection ${id}` }));
      const folder = `icspackage/project/${code}_${version}`;
      return edited(buildSampleArchive({ code, name, version, connections: used }), (entries) => [
        ...entries.filter((entry) => !/PROJECT-INF\/project\.xml$|\/resources\//.test(entry.name)),
        {
          name: `${folder}/PROJECT-INF/project.xml`,
          data: Buffer.from(xml.replaceAll('p:', `${prefix}:`).replaceAll(':p=', `:${prefix}=`)),
        },
        ...files.map(([path, text]) => ({ name: `${folder}/resources/${path}`, data: Buffer.from(text) })),
      ]);
    },
  };
};

const propertiesXml = (properties: Readonly<Record<string, string>>, prefix = ''): string =>
  Object.entries(properties)
    .map(([name, value]) => `<${prefix}property name="${name}" value="${escapeXml(value)}"/>`)
    .join('');

const jca = ({ adapter = 'rest', calls, operation = 'execute', settings = {} }: Application): string => {
  const [code = '', version = ''] = calls?.split('|') ?? [];
  const call = calls === undefined ? {} : { integration_code: code, integration_version: version };
  return `<adapter-config adapter="${calls === undefined ? adapter : 'collocatedics'}"><endpoint-interaction operation="${operation}">
<interaction-spec>${propertiesXml({ ...call, ...settings })}</interaction-spec></endpoint-interaction></adapter-config>`;
};

const ODDITIES = ['stitch', 'sendToMars', 'processTask', 'ediTranslate', 'parallelThing'] as const;

/** A random orchestration of about so many steps, nested at most so deep. */
export const forgeRandomFlow = (forge: FlowForge, random: Random, wanted: number): string[] => {
  let left = wanted;
  const some = (depth: number): string[] => Array.from({ length: 1 + random.below(5) }, () => step(depth));
  const step = (depth: number): string => {
    left -= 1;
    const kind = depth > 4 || left < 0 ? random.below(7) : random.below(12);
    const name = `Step ${left} <&"'> ${random.pick(['', 'äöü', '漢字', '😀'])}`;
    switch (kind) {
      case 0:
        return forge.map();
      case 1:
        return forge.invoke({ name: `Invoke${left + wanted}`, connection: `CON_${random.below(5)}`, adapter: 'soap' });
      case 2:
        return forge.assign(`var${random.below(9)}`);
      case 3:
        return forge.step(random.pick(['stageFile', 'wait', 'notification', 'callout', 'throw']), 'stageFile', name);
      case 4:
        return forge.step(random.pick(ODDITIES), random.pick(ODDITIES), name);
      case 5:
        return forge.invoke({ name: 'Local', connection: 'LOCAL', calls: `OTHER_${random.below(9)}|01.00.0000` });
      case 6:
        return random.below(3) === 0 ? forge.reply() : `<p:${random.pick(['stop', 'rethrow', 'somethingNew'])}/>`;
      case 7:
        return forge.hold(random.pick(['for', 'while', 'forEach']), some(depth + 1), { type: 'loop', name });
      case 8:
        return forge.hold('try', [...some(depth + 1), forge.hold('catch', some(depth + 1), { name })], { name });
      case 9:
        return forge.hold(random.pick(ODDITIES), some(depth + 1), random.below(2) === 0 ? { type: 'odd' } : { name });
      default:
        return forge.route(
          Array.from({ length: 1 + random.below(4) }, (_, index) => ({
            name: `Route ${index}`,
            ...(random.below(3) > 0 && { condition: 'a = "secret"' }),
            steps: random.below(4) === 0 ? [] : some(depth + 1),
          })),
        );
    }
  };
  const first = random.below(2) === 0 ? forge.schedule() : forge.receive({ name: 'Start', connection: 'CON_0' });
  const steps = [first];
  while (left > 0) steps.push(step(0));
  return random.below(2) === 0
    ? [...steps, forge.hold('catchAll', some(3))]
    : [forge.hold('globalTry', [...steps, forge.hold('catchAll', some(3))])];
};
