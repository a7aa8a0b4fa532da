import { bringUpload } from '../kit/parts/bringing';
import { broughtAccess, broughtBackup, broughtClaim, broughtEntry, broughtGitCredentials } from '../kit/parts/brought';
import type { Brought } from '../system/brought';
import { modelToken } from './llamacpp';
import { system, uploadJobOf } from './names';
import type { ContextEngineSettings } from './settings';
import { running } from './settings/choices';
import type { RepositorySettings } from './settings/repositories';

/** What Context Engine counts on and does not make. */
export function brought(settings: ContextEngineSettings): Brought[] {
  const { authentication, backup, qdrant } = settings;
  const namespace = settings.namespace.name;
  return [
    ...broughtEntry(namespace, qdrant.apiKey, 'random', {
      what: `API key of Qdrant of ${system}`,
      without: 'Qdrant does not start, nor what uses it',
    }),
    ...(running(settings).llamacpp
      ? broughtEntry(namespace, modelToken(settings), 'given', {
          what: `token for the model of ${system}`,
          without: 'llama.cpp does not start',
        })
      : []),
    ...broughtAccess(system, namespace, authentication),
    ...once(settings.repositories.flatMap((repository) => ofRepository(namespace, repository))),
    ...broughtBackup(system, namespace, 'collections', backup),
  ];
}

function ofRepository(namespace: string, repository: RepositorySettings): Brought[] {
  const { name } = repository;
  const without = `repository ${name} is not indexed`;
  switch (repository.source) {
    case 'git':
      return repository.secretName
        ? [
            broughtGitCredentials(namespace, repository.secretName, {
              what: `credentials of repository ${name}`,
              without,
            }),
          ]
        : [];
    case 'claim':
      return [broughtClaim(namespace, repository.claimName, { what: `volume of repository ${name}`, without })];
    case 'upload':
      return [
        {
          kind: 'upload',
          name,
          cronJob: uploadJobOf(name),
          keys: [],
          what: `upload of repository ${name}`,
          without,
          by: 'person',
          command: (stack) => bringUpload(stack, name),
        },
      ];
  }
}

/** Repositories may share a Secret or a claim; the first names it. */
function once(all: readonly Brought[]): Brought[] {
  return [...new Map(all.toReversed().map((each) => [`${each.kind}/${each.name}`, each])).values()].reverse();
}
