import type { TokenFacts } from '../../../components/system/operations';
import { Failure } from '../../base/failure';

/** The failure that says what to do where the token does not come from a login. */
export function noLoginFailure({ key, secret, source }: TokenFacts, stack: string, namespace: string): Failure {
  const ways: Readonly<Record<TokenFacts['source'], string>> = {
    bootstrap: '',
    existing:
      `write the Secret ${secret.name} (key ${secret.key}) of namespace ${namespace} as you made it, then ` +
      `\`fleet token -s ${stack} --roll\``,
    config:
      `\`pulumi config set --secret\` as docs/runbook.md says, raise ${key}.secretRevision in Pulumi.${stack}.yaml, then ` +
      '`pulumi up`',
    sealed: `\`fleet secrets seal ${key} -s ${stack}\`, raise ${key}.secretRevision in Pulumi.${stack}.yaml, then \`pulumi up\``,
    externalSecret:
      `change it in the secret store; when the operator has fetched it, \`fleet token -s ${stack} --roll\`, or raise ` +
      `${key}.secretRevision and \`pulumi up\``,
  };
  return new Failure(`stack ${stack} has no login: its token comes from the source "${source}"`, ways[source]);
}
