import * as pulumi from '@pulumi/pulumi';
import { registeredObjects } from '../kit/parts/registered-objects';
import type { NamedCluster, SystemPlan } from '../system';
import { componentType } from './component-type';
import { registerObjects, type SecretValues } from './objects';

/** A described system, which keeps to every rule, and the values of its secrets. */
export interface SystemArgs {
  readonly plan: SystemPlan;
  readonly cluster: NamedCluster;
  readonly secrets: SecretValues;
}

/** A system of a stack, or one instance of it. It registers its plan and nothing else. */
export class SystemComponent extends pulumi.ComponentResource {
  /** Namespace that it lives in. */
  readonly namespace: pulumi.Output<string>;
  /** What the outputs of a stack say about it besides: where clients find it, known once everything is ready. */
  protected readonly told: pulumi.Output<SystemPlan['outputs']>;

  constructor(name: string, { cluster, plan, secrets }: SystemArgs, options?: pulumi.ComponentResourceOptions) {
    super(componentType(plan), name, {}, options);
    const resources = registerObjects(name, registeredObjects(plan.objects, cluster), this, secrets, plan.charts);
    this.namespace = pulumi.output(plan.namespace);
    this.told = pulumi.all(Object.values(resources).map(({ urn }) => urn)).apply(() => plan.outputs);
    this.registerOutputs(this.outputs());
  }

  /** What the outputs of a stack say about it. */
  outputs(): pulumi.Output<Readonly<Record<string, unknown>>> {
    return pulumi
      .all([this.namespace, this.told])
      .apply(([namespace, told]): Readonly<Record<string, unknown>> => ({ namespace, ...told }));
  }
}
