import type { SystemPlan } from '../../../components/system';
import type { RepositoryFacts, UploadFacts } from '../../../components/system/operations';
import { Failure } from '../../base/failure';
import { type DescribedStack, systemOf } from '../../stack';
import type { ReposOptions } from './command';

/** A system and the repositories that it knows. */
export interface Repositories {
  readonly system: SystemPlan;
  readonly repositories: readonly RepositoryFacts[];
}

/** The system of a stack that knows repositories. @throws Failure when none does */
export function repositoriesOf(stack: DescribedStack, { system: name }: Pick<ReposOptions, 'system'>): Repositories {
  const system = systemOf(stack, name, ({ repositories }) => repositories !== undefined);
  const { repositories } = system.operations;
  if (repositories !== undefined) return { system, repositories };
  throw new Failure(
    `${system.id} of stack ${stack.name} is not about repositories`,
    'choose a system that is by --system, or a stack that has one',
  );
}

/** How a repository takes an upload. @throws Failure when there is no such repository, or it takes none */
export function uploadOf({ system, repositories }: Repositories, name: string): UploadFacts {
  const known = repositories.map((each) => each.name).join(', ');
  const repository = repositories.find((each) => each.name === name);
  if (repository === undefined) {
    throw new Failure(
      `${system.id} has no repository ${name}`,
      known ? `name one of: ${known}` : 'add it to the stack file',
    );
  }
  if (repository.upload !== undefined) return repository.upload;
  throw new Failure(
    `the files of repository ${name} come from ${repository.source}`,
    'change them there, or give the repository the source `upload` in the stack file',
  );
}
