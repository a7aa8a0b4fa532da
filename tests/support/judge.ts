import { fleetHome } from '../../operate/base/fleet-home';
import { obtainTools, toolPath } from '../../operate/toolchain';
import type { judgeNames } from '../../operate/toolchain/manifest';

/** Path of a tool that only judges what was described. It is obtained as every other tool is, at the first time built. */
export async function judgePath(projectDir: string, name: (typeof judgeNames)[number]): Promise<string> {
  const tools = await obtainTools({
    home: fleetHome(),
    projectDir,
    names: [name],
    onEvent: (event) => {
      if (event.kind === 'building') console.log(`    building ${event.pin.name} ${event.pin.version}`);
    },
  });
  return toolPath(tools, name);
}
