import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { scopeOf } from '../../../components/kit/objects/sealed-secret';
import type { Plan } from '../../../components/system';
import { placeholderFault } from '../../../config/fields';
import { hiddenValue } from '../../base/ask';
import { Failure, messageOf } from '../../base/failure';
import { writeAtomically } from '../../base/files';
import type { CommandRun } from '../../base/run';
import { printReport } from '../../report/print';
import type { Finding } from '../../report/report';
import { type SealingPlace, seal } from '../../sealing/seal';
import { describedText, knownStacks } from '../../stack';
import { objectsOf } from '../../stack/plan-objects';
import { stackFilePath, stackValues, valueIn } from '../../stack-file';
import { setKeys } from '../../stack-file/edit';
import { draftOf } from '../../stack-secrets/wanted';
import { renderStack } from '../render/render';
import type { SecretsOptions } from './generate';

export interface SealOptions extends SecretsOptions {
  /** Key of the stack file whose source is "sealed", such as `notes.modelKey`. */
  readonly key: string;
}

/**
 * Seals a value for the controller of the stack's cluster, writes it into the stack file and renders the overlay.
 *
 * @returns 0; 1 where the overlay has to wait for other values
 * @throws Failure where the key has no sealed value, there is no certificate, or the value is a placeholder; Interrupted
 */
export async function sealSecret(run: CommandRun, options: SealOptions): Promise<number> {
  const { key, stack } = options;
  knownStacks(run.projectDir, [stack]);
  const file = stackFilePath(run.projectDir, stack);
  const read = () => readFileSync(file, 'utf8');
  const path = [...key.split('.'), 'sealedValue'];
  const withValue = (value: string) => setKeys(read(), [{ path, value }]);
  const draft = (text: string) => draftOf(stackValues(text, run.projectDir), stack);
  const { place, plan, secretKey } = placeOf(key, (mark) => draft(withValue(mark)));
  const { certificate } = plan.cluster.sealedSecrets ?? {};
  if (certificate === undefined) {
    const remedy = 'set it to what `kubeseal --fetch-cert` prints';
    throw new Failure(`Pulumi.${stack}.yaml has no cluster.sealedSecrets.certificate to seal for`, remedy);
  }
  const value = await hiddenValue(`value of ${secretKey} of Secret ${place.namespace}/${place.name}: `, run.signal);
  const fault = placeholderFault(value);
  if (fault !== undefined)
    throw new Failure(`the value is no secret: ${fault}`, 'give the one that the server is to have');
  // Read anew: somebody may have edited the file while the value was asked for.
  const replaces = valueIn(read(), [...path]) !== undefined;
  const after = withValue(seal(value, certificate, place));
  draft(after);
  writeAtomically(file, after);
  const where = place.scope === 'strict' ? `${place.namespace}/${place.name}` : place.scope;
  const sealed: Finding = { subject: key, status: 'ok', found: `${replaces ? 'sealed anew' : 'sealed'} for ${where}` };
  const remedy = 'raise its secretRevision, so that what reads it starts anew';
  const findings = [replaces ? { ...sealed, remedy } : sealed, overlay(run.projectDir, stack, after)];
  return printReport({ command: 'secrets seal', stack, findings }, options);
}

/** Where the value of a key ends: the plan is made with a mark in its place, and says where that has come to. */
function placeOf(key: string, draft: (mark: string) => Plan) {
  const mark = randomBytes(258).toString('base64');
  const plan = draft(mark);
  for (const object of objectsOf(plan, 'SealedSecret')) {
    const [secretKey] = Object.entries(object.spec.encryptedData).find(([, value]) => value === mark) ?? [];
    const { name, namespace = 'default' } = object.metadata;
    const place: SealingPlace = { name, namespace, scope: scopeOf(object) };
    if (secretKey !== undefined) return { place, plan, secretKey };
  }
  throw new Failure(
    `no Secret gets a sealed value from ${key}`,
    'name a key that says where a secret comes from, or an entry of one',
  );
}

function overlay(projectDir: string, stack: string, text: string): Finding {
  const subject = 'overlay';
  try {
    return {
      subject,
      status: 'ok',
      found: renderStack(projectDir, stack, describedText(projectDir, stack, text).plan),
    };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { subject, status: 'missing', found: `not rendered: ${messageOf(error)}`, remedy: error.remedy };
  }
}
