import { instancesTests } from '../support/cluster/instances';

// Each of these is minutes of work for the engine.
describe('twenty instances of Personal Knowledge MCP on a real control plane', () => instancesTests(17));
