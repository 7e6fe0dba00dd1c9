import { buildSampleArchive } from '../simulator/archives/sample-archive.ts';

/** An integration with a connection of its own and one that all share, which calls `callee` unless it is that itself. */
export const callingArchive = (code: string, callee: string, marker: string): Buffer =>
  buildSampleArchive({
    code,
    version: '01.00.0000',
    name: `${code} flow`,
    marker,
    connections: [{ id: `${code}_REST` }, { id: 'ERP', name: 'ERP Cloud', type: 'erp' }],
    calls: code === callee ? [] : [{ code: callee, version: '01.00.0000' }],
  });
