import type { HttpCall } from '../system/http-call';
import type { Probe } from '../system/operations';

const project = 'fleet-verify';
const memories = '/v2/memories/';

interface Found {
  readonly results?: readonly { readonly id?: unknown; readonly content?: unknown }[];
}

/** Does what an application does: one memory is stored, found by its words, and deleted. */
export function probe(id: string): Probe<HttpCall> {
  const content = `The verification ${id} of this installation was here.`;
  let memory = '';
  const query: HttpCall = {
    method: 'POST',
    path: `${memories}query`,
    body: { query: `verification ${id}`, project, k: 20 },
  };
  const ids = (answer: unknown) =>
    ((answer as Found | null)?.results ?? []).flatMap((each) =>
      typeof each.content === 'string' && each.content.includes(id) ? [String(each.id)] : [],
    );
  return {
    write: [
      {
        title: 'a memory is stored',
        call: { method: 'POST', path: memories, body: { content, project, source: 'fleet', layer: 'episodic' } },
        problem: (answer) => {
          memory = String((answer as { memory_id?: unknown } | null)?.memory_id ?? '');
          // A text that was there before is answered with a word instead.
          return /^[0-9a-f-]{36}$/.test(memory) ? undefined : `no memory was made: ${JSON.stringify(answer)}`;
        },
      },
    ],
    read: [
      {
        title: 'a query finds it',
        call: query,
        problem: (answer) => (ids(answer).includes(memory) ? undefined : `not among ${ids(answer).length} results`),
      },
    ],
    change: [
      {
        title: 'it is deleted',
        get call() {
          return { method: 'DELETE' as const, path: `${memories}${memory}` };
        },
        problem: () => undefined,
      },
      {
        title: 'a query finds it no more',
        call: query,
        problem: (answer) => (ids(answer).length === 0 ? undefined : 'it is still found'),
      },
    ],
    cleanUp: {
      find: { method: 'GET', path: `${memories}?project=${project}&limit=1000` },
      remove: (found) => ids(found).map((each) => ({ method: 'DELETE', path: `${memories}${each}` })),
    },
  };
}
