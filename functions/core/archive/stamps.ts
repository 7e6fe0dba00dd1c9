/**
 * What an export, or the instance it came from, stamps on an archive. It says nothing of the design: the digests and the
 * differences leave out what is listed here, and nothing else. As found in 142 real archives, 62 pairs of which are of one
 * integration.
 */

/** Keys of the attributes: when and in which state it was exported, and how Oracle models it. */
const EXPORT_KEYS = new Set(['validity', 'mod', 'project_transient_state', 'project_persisted_state', 'modelType']);

export const isExportKey = (key: string): boolean => EXPORT_KEYS.has(key);

/** Keys of the attributes that any two instances give values of their own: their build, and where people keep it. */
const INSTANCE_KEYS = new Set(['version', 'package_name']);

/** Attributes as they count in a design, sorted by key. */
export const designAttributes = (attributes: ReadonlyMap<string, string>): [key: string, value: string][] =>
  [...attributes]
    .filter(([key]) => !isExportKey(key) && !INSTANCE_KEYS.has(key))
    .map(([key, value]): [string, string] => [key, key === 'smartTags' ? sortedTags(value) : value])
    .sort(([a], [b]) => (a < b ? -1 : 1));

export const sortedTags = (tags: string): string => tags.split(',').sort().join(',');

/** Files of connections, in an integration and in a project. */
export const isConnectionFile = (name: string): boolean =>
  /^(?:icspackage\/appinstances|project\/connections)\//.test(name);

/** Who made it, when, and who has it locked; what the instance gave it of its own and how far it is set up there. */
const CONNECTION_ELEMENTS = new Set([
  'groupId',
  'securedAuditInfo',
  'auditInfo',
  'lockInfo',
  'createdBy',
  'createdDate',
  'lastUpdatedBy',
  'lastUpdatedDate',
  'lockedBy',
  'lockedDate',
  'platformVersion',
  'attachment',
  'privateEndpoint',
  'publicScope',
  'hasOverride',
  'updatePluginVersion',
  'sdkVersion',
]);

/** Names others use as well, so that they count only right below the root. */
const CONNECTION_FACTS = new Set(['id', 'status', 'percentageComplete']);

/** @param depth 1 right below the root */
export const isStampOfConnection = (local: string, depth: number): boolean =>
  CONNECTION_ELEMENTS.has(local) || (depth === 1 && CONNECTION_FACTS.has(local));

/** Attributes, with such values: the mapper numbers all elements anew, and lists declarations, at every change. */
export const STAMPS_OF_MAPPER: ReadonlyMap<string, RegExp> = new Map([
  ['xml:id', /^id_\d+$/],
  ['exclude-result-prefixes', /^/],
]);

/** Files that tell where the mapper found what it maps, by a directory of the server, another one at every edit. */
export const hasServerPaths = (name: string): boolean => name.endsWith('_stateinfo.xml');

export const withoutServerPath = (text: string): string => text.replace(/^\s*file:\S*\/itg_[^/\s]+\//, '');

/** Keys in the files of a project: dates, revisions, who saved it, the state at the export and Oracle's own checksum. */
const PROJECT_KEYS =
  /^(?:mod|validity|modelType|revision|projectRevisionId|status|persistedState|transientState|(?:lastU|u)pdated(?:Date|By|Time)?|created(?:Date|By|Time)?|exported?(?:At|By|Date|Time)|locked(?:By|Date|Flag))$/;

export const isExportKeyOfProject = (key: string): boolean => PROJECT_KEYS.test(key);

/** In the JSON of robots only dates and people were seen to be stamped; another key of theirs may be what they work with. */
export const isStampOfRobot = (key: string): boolean =>
  /^(?:(?:lastU|u)pdated(?:Date|By|Time)|created(?:Date|By|Time))$/.test(key);

/** Those, and what an instance adds of its own: another count of its changes, and which instance it is. */
export const isStampOfProject = (key: string): boolean =>
  isExportKeyOfProject(key) || /^(?:projectRevision|latest(?:By|Date)|serviceInstanceOCID)$/.test(key);
