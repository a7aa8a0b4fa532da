import { z } from 'zod';
import { text } from '../../../config/fields';

const model = text(/^\S+$/, 'the name of a model');

/** Language models that the application asks, and how it embeds. */
export const models = z
  .strictObject({
    ollama: text(/^https?:\/\/[^\s/@?#]+\/?$/, 'a URL of host and port alone, such as http://ollama.ollama.svc:11434')
      .optional()
      .describe(
        'Where Ollama is. A Service of the cluster is named with .svc and has the port of its pods. Default: there is none.',
      ),
    default: model
      .default('ollama/qwen2.5:1.5b')
      .describe('Model for reflections, summaries and evaluations (RAE_LLM_MODEL_DEFAULT).'),
    extraction: model.default('gpt-4o-mini').describe('Model that finds entities and relations (EXTRACTION_MODEL).'),
    synthesis: model.default('gpt-4o').describe('Model that describes communities (SYNTHESIS_MODEL).'),
  })
  .prefault({})
  .describe(
    'Language models. Which providers are asked follows from the keys that the Secret has; embeddings come from the model in the image, the only one that search asks.',
  );
