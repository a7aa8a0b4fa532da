import type { HttpCall } from '../system/http-call';
import type { Probe } from '../system/operations';

const project = 'fleet-verify';
const memories = '/v2/memories/';

/** The vector that search asks for, of the model in the image. */
const searched = 'nomic';

/** Asks Qdrant for the point of a memory: the application answers 200 also where Qdrant has taken none. */
const pointOf = `import json, os, sys, urllib.error, urllib.request
url = f"{os.environ['QDRANT_URL']}/collections/memories/points"
body = json.dumps({"ids": [sys.argv[1]], "with_vector": True, "with_payload": False}).encode()
request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
try:
    with urllib.request.urlopen(request, timeout=30) as answer:
        points = json.load(answer)["result"]
    print("point" if points else "nothing", *(points[0].get("vector") or {} if points else ()))
except (OSError, ValueError, KeyError) as error:
    print(f"Qdrant does not tell: {error}")
`;

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
    inside: [
      {
        title: 'it has its vector',
        get command() {
          return ['python3', '-B', '-c', pointOf, memory];
        },
        problem: (output) => {
          const [point, ...vectors] = output.trim().split(' ');
          if (point === 'nothing') return 'Qdrant has no point of it, although it was stored with status 200';
          if (point !== 'point') return output.trim();
          return vectors.includes(searched) ? undefined : `its point has no vector ${searched}, which search asks for`;
        },
        remedy:
          'see the log of the Job rae-memory-collection and of the API; what is stored now is found by its words alone',
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
