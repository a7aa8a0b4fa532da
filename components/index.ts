import { clusterAddons } from './cluster-addons';
import { contextEngine } from './context-engine';
import { memoryMcp } from './memory-mcp';

/** Every system that a stack may have, in the order of the reference of the configuration. */
export const systems = [memoryMcp, contextEngine, clusterAddons] as const;
