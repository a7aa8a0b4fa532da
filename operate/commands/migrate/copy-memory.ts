import { isSameContent, placeInWords } from '../../memories/rules';
import { type MemoryServer, Refusal, type StoredMemory } from '../../memories/server';
import type { Migratable } from '../../serena/plan';

/** What a memory needs so that the server has it as Serena does. */
export type CopyAction =
  | { readonly action: 'remember' }
  | { readonly action: 'edit' }
  | { readonly action: 'nothing' }
  /** It must not be touched. */
  | { readonly action: 'refused'; readonly reason: string };

/** What was done about a memory. */
export type Done =
  | { readonly outcome: 'remembered' | 'edited' | 'unchanged' }
  | { readonly outcome: 'refused'; readonly reason: string };

/** How far the operator lets a migration go. */
export interface CopyOptions {
  /** Replace what was changed on the server after Serena's file was. @default false */
  readonly overwrite?: boolean | undefined;
}

/** What a memory needs, given what the server holds in its place. */
export function actionFor(
  memory: Migratable,
  there: StoredMemory | undefined,
  { overwrite = false }: CopyOptions = {},
): CopyAction {
  const { content, file, place } = memory;
  if (there === undefined) return { action: 'remember' };
  if (there.scope !== place.scope || there.name !== place.name) {
    return { action: 'refused', reason: `the server keeps ${placeInWords(there)} in the same file` };
  }
  if (isSameContent(there.content, content)) return { action: 'nothing' };
  const changed = Date.parse(there.updated_at);
  if (overwrite || changed <= file.modified) return { action: 'edit' };
  return { action: 'refused', reason: `the server's was changed later, ${there.updated_at}; --overwrite replaces it` };
}

/**
 * Copies one memory to the server. The server alone knows what has been done, so this can end anywhere and done
 * again: what is there is never remembered a second time.
 */
export async function copyMemory(server: MemoryServer, memory: Migratable, options: CopyOptions): Promise<Done> {
  try {
    return await server.withRetries(() => copyOnce(server, memory, options));
  } catch (error) {
    if (error instanceof Refusal) return { outcome: 'refused', reason: error.message };
    throw error;
  }
}

async function copyOnce(server: MemoryServer, memory: Migratable, options: CopyOptions): Promise<Done> {
  const { content, file, place } = memory;
  // Read anew before each try: a call whose answer was lost may have done its work.
  const action = actionFor(memory, await server.read(place), options);
  switch (action.action) {
    case 'refused':
      return { outcome: 'refused', reason: action.reason };
    case 'nothing':
      return { outcome: 'unchanged' };
    case 'edit':
      await server.edit(place, content);
      return { outcome: 'edited' };
    case 'remember':
      await server.remember({ ...place, content, tags: ['serena'], source: `serena ${placeInWords(file)}` });
      return { outcome: 'remembered' };
  }
}
