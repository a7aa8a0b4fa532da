import type { SystemModule } from '../system';
import { instanceOf } from './instance';
import { describeInstance } from './objects';
import { type PersonalKnowledgeSettings, personalKnowledgeSchema } from './settings';
import { personalKnowledgeConstraints } from './settings/constraints';
import { type PersonalKnowledgeSecrets, personalKnowledgeSecrets } from './settings/secrets';

export const personalKnowledge = {
  key: 'personalKnowledge',
  component: 'PersonalKnowledge',
  about: 'Personal Knowledge MCP: search in repositories and documents, in any number of isolated instances',
  settings: personalKnowledgeSchema,
  secrets: personalKnowledgeSecrets,
  constraints: personalKnowledgeConstraints,
  describe: ({ instances }, cluster) =>
    Object.entries(instances).map(([name, settings]) => describeInstance(instanceOf(name, settings), cluster)),
} as const satisfies SystemModule<PersonalKnowledgeSettings, PersonalKnowledgeSecrets>;
