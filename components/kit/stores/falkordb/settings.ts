import { image, resources } from '../../../../config/fields';
import { promoted } from '../../../../config/promotion';
import { volume } from '../../settings/volume';

export interface FalkordbSettingsArgs {
  /** Size of the volume by default, a quantity in bytes. */
  readonly size: string;
}

/** Keys of a FalkorDB that a system brings along. Its password is among the secrets of the system. */
export const falkordbSettings = ({ size }: FalkordbSettingsArgs) => ({
  image: promoted(image.default('docker.io/falkordb/falkordb:v4.4.1').describe('Image of FalkorDB.')),
  storage: volume(size, 'The volume with the graphs: block storage, for one node at a time.'),
  resources: promoted(
    resources({ cpu: '500m', memory: '512Mi', cpuLimit: '2', memoryLimit: '2Gi' }).describe(
      'Resources of FalkorDB. Graphs are in memory and take at most three quarters of the memory limit.',
    ),
  ),
});
