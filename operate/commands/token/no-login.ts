import type { TokenFacts } from '../../../components/system/operations';
import { Failure } from '../../base/failure';

/** The failure that says what to do where the token does not come from a login. */
export function noLoginFailure({ secret, source }: TokenFacts, stack: string, namespace: string): Failure {
  const ways: Readonly<Record<TokenFacts['source'], string>> = {
    bootstrap: '',
    existing:
      `write the Secret ${secret.name} (key ${secret.key}) of namespace ${namespace} as you made it, then ` +
      `\`fleet token -s ${stack} --roll\``,
    config:
      `\`pulumi config set --secret\` as docs/runbook.md says, raise token.secretRevision in Pulumi.${stack}.yaml, then ` +
      '`pulumi up`',
    sealed: `\`fleet secrets seal -s ${stack}\` it anew, raise token.secretRevision in Pulumi.${stack}.yaml, then \`pulumi up\``,
    externalSecret:
      `change it in the secret store; when the operator has fetched it, \`fleet token -s ${stack} --roll\`, or raise ` +
      'token.secretRevision and `pulumi up`',
  };
  return new Failure(`stack ${stack} has no login: its token comes from the source "${source}"`, ways[source]);
}
