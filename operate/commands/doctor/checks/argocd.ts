import type { PlannedObject } from '../../../../components/system/planned-object';
import { comparableUrl } from '../../../git/comparable-url';
import { objectsOf } from '../../../stack/plan-objects';
import { type Answer, type Check, missing, ok, warning } from '../check';

interface Project {
  readonly spec: {
    readonly sourceRepos?: readonly string[];
    readonly destinations?: readonly { readonly namespace?: string }[];
  };
}

/** The Argo CD project of each Application: that it exists, and admits the repository and the namespace. */
export const argocd: Check = ({ look, stack }) => {
  const applications = objectsOf(stack.plan, 'Application');
  return applications.map(({ metadata, spec }) => ({
    subject: `Argo CD project ${spec.project}${applications.length > 1 ? ` for ${metadata.name}` : ''}`,
    answer: async () => {
      const path = `/apis/argoproj.io/v1alpha1/namespaces/${metadata.namespace}/appprojects/${spec.project}`;
      return projectAnswer(await look.at<Project>(path), spec);
    },
  }));
};

function projectAnswer(project: Project | undefined, spec: PlannedObject<'Application'>['spec']): Answer {
  if (project === undefined) return missing('there is none', 'create it, or correct cluster.argocd.project');
  const { destinations = [], sourceRepos = [] } = project.spec;
  const { repoURL = '' } = spec.source ?? {};
  const { namespace: target = '' } = spec.destination;
  const faults = [
    ...(sourceRepos.some((pattern) => matches(comparableUrl(pattern), comparableUrl(repoURL)))
      ? []
      : [`repository ${repoURL}`]),
    ...(destinations.some(({ namespace = '' }) => matches(namespace, target)) ? [] : [`namespace ${target}`]),
  ];
  if (faults.length === 0) return ok(`admits ${repoURL} and namespace ${target}`);
  return warning(`does not seem to admit ${faults.join(' and ')}`, 'add it to the project, or name another project');
}

/** Argo CD's patterns: `*` stands for any text. */
function matches(pattern: string, value: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(value);
}
