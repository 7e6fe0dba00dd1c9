/**
 * The flow of a sample integration: its `project.xml` and the files of its applications and mappings, laid out as in
 * archives of both generations. A trigger (or a schedule) comes first, then each invoke, with a mapping before it.
 */
import { createHash } from 'node:crypto';

/** What the flow calls or is called by. */
export interface FlowEndpoint {
  readonly connection: string;
  readonly adapter: string;
  readonly name: string;
  /** `[name, value]` pairs of the .jca file. */
  readonly properties: readonly (readonly [string, string])[];
}

export interface Flow {
  readonly code: string;
  readonly version: string;
  readonly name: string;
  readonly generation: 'gen2' | 'oic3';
  readonly trigger: FlowEndpoint | undefined;
  readonly invokes: readonly FlowEndpoint[];
  readonly marker: string;
}

export const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

const PROJECT = 'http://www.oracle.com/2014/03/ics/project';
const PROJECT_DEFINITION = `${PROJECT}/definition`;
const FLOW_DEFINITION = 'http://www.oracle.com/2014/03/ics/flow/definition';

/** Which prefix stands for which namespace is not fixed; these are two sets seen in archives. */
const DIALECTS = {
  gen2: {
    open:
      `<ns1:icsproject xmlns="${FLOW_DEFINITION}" xmlns:ns1="${PROJECT}" xmlns:ns0="${PROJECT_DEFINITION}"` +
      ' name="project_1" version="8.0" cversion="0" modelType="freeform">',
    root: 'ns1:',
    project: 'ns0:',
    flow: '',
    declaration: '<?xml version="1.0" encoding="UTF-8"?>',
  },
  oic3: {
    open:
      '<ns3:icsproject name="project_1" version="10.1" cversion="100" modelType="freeform"' +
      ` xmlns="${PROJECT_DEFINITION}" xmlns:ns2="${FLOW_DEFINITION}" xmlns:ns3="${PROJECT}">`,
    root: 'ns3:',
    project: '',
    flow: 'ns2:',
    declaration: '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>',
  },
} as const;

/** Numbers as the designer gives them: one counter for everything in the flow. */
const applicationAt = (position: number): number => 1 + position * 20;
const mapperAt = (position: number): number => 10 + position * 20;

const resourceFolder = (position: number): string => {
  const id = applicationAt(position);
  const side = position === 0 ? 'outbound' : 'inbound';
  return `application_${id}/${side}_${id + 1}/resourcegroup_${id + 2}`;
};

const mappingFile = (flow: Flow, position: number): string => {
  const id = mapperAt(position);
  return `processor_${id}/resourcegroup_${id + 3}/req_${md5(`${flow.code} ${flow.version} ${position}`)}.xsl`;
};

const applicationXml = (p: string, endpoint: FlowEndpoint, position: number): string => {
  const id = applicationAt(position);
  const side = position === 0 ? 'outbound' : 'inbound';
  const file = `../resources/${resourceFolder(position)}/${endpoint.name}_REQUEST`;
  const type = endpoint.adapter === 'collocatedics' ? 'collocatedics' : 'app-adapter';
  return `<${p}application name="application_${id}"><${p}role>${position === 0 ? 'source' : 'target'}</${p}role>
<${p}adapter><${p}type>${type}</${p}type><${p}code>${endpoint.connection}</${p}code><${p}name>${endpoint.name}</${p}name></${p}adapter>
<${p}mep>push-sync</${p}mep>
<${p}${side} name="${side}_${id + 1}"><${p}binding>${endpoint.adapter}</${p}binding><${p}operation>execute</${p}operation>
<${p}resourceGroup name="resourcegroup_${id + 2}">
<${p}resource name="resource_${id + 3}" location="${file}.wsdl" type="wsdl"/>
<${p}resource name="resource_${id + 4}" location="${file}.jca" type="jca"/>
</${p}resourceGroup></${p}${side}></${p}application>`;
};

const mapperXml = (p: string, flow: Flow, position: number): string => {
  const id = mapperAt(position);
  return `<${p}processor name="processor_${id}"><${p}type>transformer</${p}type><${p}role>transformer:request-map</${p}role>
<${p}resourceGroup name="resourcegroup_${id + 3}">
<${p}resource name="resource_${id + 4}" location="../resources/${mappingFile(flow, position)}" type="xslt"/>
</${p}resourceGroup><${p}property name="has-mappings" value="true"/></${p}processor>`;
};

const orchestrationXml = (p: string, flow: Flow): string => {
  const first = flow.trigger
    ? `<${p}receive id="r0" refUri="application_1/outbound_2"/>`
    : `<${p}scheduleReceive id="r0" refUri="processor_1"/>`;
  const calls = flow.invokes.map(
    (_, index) => `<${p}transformer id="m${index}" refUri="processor_${mapperAt(index + 1)}"/>
<${p}invoke id="i${index}" refUri="application_${applicationAt(index + 1)}"/>`,
  );
  const last = flow.trigger ? `<${p}reply id="y0" refUri="application_1/outbound_2"/>` : `<${p}stop id="s0"/>`;
  return `<${p}orchestration>\n${[first, ...calls, last].join('\n')}\n</${p}orchestration>`;
};

const projectXml = (flow: Flow): string => {
  const dialect = DIALECTS[flow.generation];
  const { root, project, flow: p } = dialect;
  const scheduler = `<${p}processor name="processor_1"><${p}type>scheduleReceiver</${p}type></${p}processor>`;
  return `${dialect.declaration}${dialect.open}
<${project}projectCode>${flow.code}</${project}projectCode>
<${project}projectVersion>${flow.version}</${project}projectVersion>
<${project}projectName>${escapeXml(flow.name)}</${project}projectName>
<${project}percentComplete>100</${project}percentComplete>
<${project}projectHasErrors>false</${project}projectHasErrors>
<${root}icsflow name="flow_1">
${flow.trigger ? applicationXml(p, flow.trigger, 0) : scheduler}
${flow.invokes.map((invoke, index) => applicationXml(p, invoke, index + 1)).join('\n')}
${flow.invokes.map((_, index) => mapperXml(p, flow, index + 1)).join('\n')}
${orchestrationXml(p, flow)}
</${root}icsflow></${root}icsproject>`;
};

const jca = (endpoint: FlowEndpoint): string => {
  const properties = endpoint.properties.map(
    ([name, value]) => `      <property name="${name}" value="${escapeXml(value)}"/>\n`,
  );
  return `<adapter-config name="${endpoint.name}_REQUESTPortType" adapter="${endpoint.adapter}" wsdlLocation="${endpoint.name}_REQUEST.wsdl" xmlns="http://platform.integration.oracle/blocks/adapter/fw/metadata">
  <connection-factory location="cloud/CloudAdapter"/>
  <endpoint-interaction portType="${endpoint.name}_REQUESTPortType" operation="execute">
    <interaction-spec className="oracle.tip.adapter.cloud.CloudInteractionSpec">
      <property name="targetOperation" value="execute"/>
${properties.join('')}    </interaction-spec>
  </endpoint-interaction>
</adapter-config>`;
};

const wsdl = (endpoint: FlowEndpoint): string => {
  const namespace = `http://xmlns.oracle.com/cloud/adapter/REST/${endpoint.name}_REQUEST`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<wsdl:definitions name="${endpoint.name}_REQUEST" targetNamespace="${namespace}" xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:tns="${namespace}">
  <wsdl:message name="executeRequestMessage"/>
  <wsdl:portType name="${endpoint.name}_REQUESTPortType"><wsdl:operation name="execute"><wsdl:input message="tns:executeRequestMessage"/></wsdl:operation></wsdl:portType>
</wsdl:definitions>`;
};

const xsl = (marker: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<xsl:stylesheet version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:template match="/"><execute><value><xsl:text>${escapeXml(marker)}</xsl:text></value></execute></xsl:template>
</xsl:stylesheet>`;

/** The files of the flow, named from the project's folder (`PROJECT-INF/...`, `resources/...`). */
export const flowFiles = (flow: Flow): [name: string, text: string][] => {
  const files: [string, string][] = [['PROJECT-INF/project.xml', projectXml(flow)]];
  const endpoints = [flow.trigger, ...flow.invokes];
  for (const [position, endpoint] of endpoints.entries()) {
    if (endpoint === undefined) continue;
    const folder = `resources/${resourceFolder(position)}/${endpoint.name}_REQUEST`;
    files.push([`${folder}.jca`, jca(endpoint)], [`${folder}.wsdl`, wsdl(endpoint)]);
    if (position > 0) files.push([`resources/${mappingFile(flow, position)}`, xsl(flow.marker)]);
  }
  return files;
};
