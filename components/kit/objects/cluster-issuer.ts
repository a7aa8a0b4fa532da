import type { IClusterIssuer } from '@kubernetes-models/cert-manager/cert-manager.io/v1';
import type { Described } from '../../system/described';
import type { ObjectMeta, PlannedObject } from '../../system/planned-object';

type Spec = NonNullable<IClusterIssuer['spec']>;

/** An issuer of cert-manager for certificates in every namespace. */
export function clusterIssuer(metadata: ObjectMeta, spec: Spec): Described<'ClusterIssuer'> {
  return { object: { apiVersion: 'cert-manager.io/v1', kind: 'ClusterIssuer', metadata, spec } };
}

export interface AcmeArgs {
  /** URL of the directory. */
  readonly server: string;
  /** Address of the account. @default none */
  readonly email?: string;
  /** Secret into which cert-manager writes the key of the account. */
  readonly accountKeySecretName: string;
  readonly solver: NonNullable<NonNullable<Spec['acme']>['solvers']>[number];
}

/** An issuer by an authority that speaks ACME, which is shown in one way for every name that it is ours. */
export function acmeIssuer(metadata: ObjectMeta, args: AcmeArgs): Described<'ClusterIssuer'> {
  const { accountKeySecretName, email, server, solver } = args;
  return clusterIssuer(metadata, {
    acme: {
      server,
      ...(email === undefined ? {} : { email }),
      privateKeySecretRef: { name: accountKeySecretName },
      solvers: [solver],
    },
  });
}

/**
 * An issuer by step-ca, which step-issuer serves.
 * @see https://github.com/smallstep/step-issuer/blob/master/api/v1beta1/stepclusterissuer_types.go
 */
export function stepClusterIssuer(
  metadata: ObjectMeta,
  spec: PlannedObject<'StepClusterIssuer'>['spec'],
): Described<'StepClusterIssuer'> {
  return { object: { apiVersion: 'certmanager.step.sm/v1beta1', kind: 'StepClusterIssuer', metadata, spec } };
}
