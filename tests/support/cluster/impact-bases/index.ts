import type { Base } from './base';
import { contextEngineBases } from './context-engine';
import { memoryMcpBases } from './memory-mcp';

export type BaseName = keyof typeof memoryMcpBases | keyof typeof contextEngineBases;

/** Together they have every variant of every union, so that every key has a stack in which it means something. */
export const bases: Readonly<Record<BaseName, Base>> = { ...memoryMcpBases, ...contextEngineBases };
