import type { Described } from '../../system/described';
import type { ApplicationArgs } from './application';

/**
 * Follows new patch versions of an image by commits to the overlay's kustomization.
 * @see https://argocd-image-updater.readthedocs.io/en/stable/configuration/applications/
 */
export function imageUpdater(args: ApplicationArgs, image: string): Described<'ImageUpdater'> {
  const [reference = ''] = image.split('@');
  const separator = reference.lastIndexOf(':');
  const [name, tag] = [reference.slice(0, separator), reference.slice(separator + 1)];
  return {
    deliveredBy: 'pulumi',
    object: {
      apiVersion: 'argocd-image-updater.argoproj.io/v1alpha1',
      kind: 'ImageUpdater',
      metadata: { name: args.name, namespace: args.argocd.namespace, labels: args.labels },
      spec: {
        commonUpdateSettings: { updateStrategy: 'semver' },
        writeBackConfig: {
          method: 'git',
          gitConfig: { branch: args.argocd.revision, writeBackTarget: 'kustomization' },
        },
        applicationRefs: [
          {
            namePattern: args.name,
            images: [
              {
                alias: args.name,
                imageName: `${name}:~${tag}`,
                manifestTargets: { kustomize: { name } },
              },
            ],
          },
        ],
      },
    },
  };
}
