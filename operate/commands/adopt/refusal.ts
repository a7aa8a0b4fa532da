import type { PlannedObject } from '../../../components/system/planned-object';
import type { LiveObject } from '../../live/object';
import { objectInWords } from '../../live/object';
import type { Planned } from './adoption';

/** What the operator can do about a live object that cannot become what is described. */
export function refusal(planned: Planned, live: LiveObject, reason: string): string {
  if (/is being deleted/.test(reason)) return 'see what holds it, and wait until it is gone or kept';
  switch (live.kind) {
    case 'PersistentVolumeClaim':
      return claimRemedy(planned, live);
    case 'Deployment':
    case 'StatefulSet':
      return (
        `its selector or another fixed field differs: after a backup, kubectl delete ${command(live)} ` +
        '(claims are not deleted by it), then run this again'
      );
    case 'RoleBinding':
    case 'Service':
    case 'Secret':
      return `a fixed field differs: kubectl delete ${command(live)}, then run this again; it holds no memories`;
    default:
      return `mend ${objectInWords(live)} by hand as the message says, or the stack file, then run this again`;
  }
}

function claimRemedy({ system, described: { object } }: Planned, live: LiveObject): string {
  const keys = system.operations.fittingKeys;
  const { spec: found = {} } = live as PlannedObject<'PersistentVolumeClaim'>;
  const { spec: wanted = {} } = object.kind === 'PersistentVolumeClaim' ? object : {};
  const size = found.resources?.requests?.storage;
  const fits: string[] = [];
  if (
    keys !== undefined &&
    found.storageClassName !== undefined &&
    found.storageClassName !== wanted.storageClassName
  ) {
    fits.push(`${keys.storageClass}: ${found.storageClassName}`);
  }
  if (keys !== undefined && size !== undefined && size !== wanted.resources?.requests?.storage) {
    fits.push(`${keys.volumeSize}: ${size}`);
  }
  return fits.length > 0
    ? `set ${fits.join(' and ')} in the stack file: the claim holds the memories and stays as it is`
    : 'the claim holds the memories and stays as it is: move them to a new claim by a backup and a restore';
}

function command({ kind, metadata: { name, namespace } }: LiveObject): string {
  return `${kind.toLowerCase()} ${name}${namespace === undefined ? '' : ` --namespace ${namespace}`}`;
}
