import { clusterAddons } from './cluster-addons';
import { contextEngine } from './context-engine';
import { memoryMcp } from './memory-mcp';
import { personalKnowledge } from './personal-knowledge';
import { rae } from './rae';

/** Every system that a stack may have, in the order of the reference of the configuration. */
export const systems = [memoryMcp, contextEngine, personalKnowledge, rae, clusterAddons] as const;
