import { z } from 'zod';

/** Mode of a store that a system brings along: the one that is meant where none is said. */
export const embeddedMode = (about: string) => z.literal('embedded').optional().default('embedded').describe(about);
