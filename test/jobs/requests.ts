/** What a simulated instance was asked, in words such as `lookup-export CODES` and `activate A|01.00.0000 in SHOP`. */
import type { RecordedRequest } from '../simulator/http/traffic.ts';
import type { Simulator } from '../simulator/server.ts';

type Asked = Pick<Simulator, 'requests'>;

const inWords = ({ kind, id, path }: RecordedRequest): string => {
  const project = kind.startsWith('project-') ? undefined : /\/projects\/([^/]+)\//.exec(path)?.[1];
  // Of a listing in a project it is the project itself.
  const item = id === undefined || id === project ? '' : ` ${id}`;
  return `${kind}${item}${project === undefined ? '' : ` in ${project}`}`;
};

/** Everything but tokens. @param from leaves out so many requests */
export const askedOf = ({ requests }: Asked, from = 0): string[] =>
  requests.slice(from).flatMap((request) => (request.kind === 'token' ? [] : [inWords(request)]));

/** What was to change something; projects are exported by POST. */
export const changesIn = ({ requests }: Asked, from = 0): string[] =>
  requests
    .slice(from)
    .filter(({ method, kind }) => method !== 'GET' && kind !== 'token' && kind !== 'project-export')
    .map(inWords);
