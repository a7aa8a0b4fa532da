import type { SystemModule } from '../system';
import { memoryMcpConstraints } from './constraints';
import { describeMemoryMcp } from './objects';
import { type MemoryMcpSecrets, memoryMcpSecrets } from './secrets';
import { type MemoryMcpSettings, memoryMcpSchema } from './settings';

export const memoryMcp = {
  key: 'memoryMcp',
  component: 'MemoryMcp',
  about: 'memory-mcp: git-backed memories with hybrid search',
  settings: memoryMcpSchema,
  secrets: memoryMcpSecrets,
  constraints: memoryMcpConstraints,
  describe: (settings, cluster) => [describeMemoryMcp(settings, cluster)],
} as const satisfies SystemModule<MemoryMcpSettings, MemoryMcpSecrets>;
