import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runFolder } from '../hooks';
import { safetensors, type TensorShape } from './safetensors';
import { tokenizer } from './tokenizer';

/** Shape of the model that the server embeds with; the made one has it too, save for the layers and the vocabulary. */
const hidden = 384;
const heads = 12;
const intermediate = 1536;
const positions = 512;

const snapshot = '0'.repeat(40);

/** Two make a start instant; the real model has 12. */
const layersOfRun = 2;

/** The made model, written once for all servers of a run, which only read it. @returns the folder for HF_HOME */
export function madeModel(): string {
  const folder = join(runFolder(), 'model');
  if (existsSync(folder)) return folder;
  const written = mkdtempSync(`${folder}-`);
  writeMadeModel(written, layersOfRun);
  try {
    renameSync(written, folder);
  } catch {
    // Another lane was first.
    rmSync(written, { recursive: true });
  }
  return folder;
}

/**
 * Writes a model that the server loads in place of its own, into a folder that it takes as HF_HOME: the cache layout of
 * the Hugging Face hub, which makes every start an offline one.
 *
 * The weights are random, always the same, so its vectors mean nothing and recall finds by words alone. What one
 * embedding holds in memory does not depend on the weights: it grows with heads, tokens and batch, which are the real
 * model's, and layers come one after another.
 *
 * @param layers one come after another, so their number changes nothing but the time of a start
 */
export function writeMadeModel(home: string, layers: number): void {
  const { json, vocabularySize } = tokenizer();
  const cache = join(home, 'hub', 'models--BAAI--bge-small-en-v1.5');
  const files = join(cache, 'snapshots', snapshot);
  mkdirSync(files, { recursive: true });
  mkdirSync(join(cache, 'refs'));
  writeFileSync(join(cache, 'refs', 'main'), snapshot);
  writeFileSync(join(files, 'config.json'), JSON.stringify(bertConfig(layers, vocabularySize)));
  writeFileSync(join(files, 'tokenizer.json'), JSON.stringify(json));
  writeFileSync(join(files, 'model.safetensors'), safetensors(bertTensors(layers, vocabularySize), 20_171));
}

function bertConfig(layers: number, vocabularySize: number) {
  return {
    model_type: 'bert',
    vocab_size: vocabularySize,
    hidden_size: hidden,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    intermediate_size: intermediate,
    max_position_embeddings: positions,
    type_vocab_size: 2,
    hidden_act: 'gelu',
    hidden_dropout_prob: 0.1,
    initializer_range: 0.02,
    layer_norm_eps: 1e-12,
    pad_token_id: 0,
    position_embedding_type: 'absolute',
    use_cache: true,
  };
}

function bertTensors(layers: number, vocabularySize: number): Record<string, TensorShape> {
  const linear = (name: string, inputs: number, outputs: number): Record<string, TensorShape> => ({
    [`${name}.weight`]: [outputs, inputs],
    [`${name}.bias`]: [outputs],
  });
  const norm = (name: string): Record<string, TensorShape> => ({
    [`${name}.weight`]: [hidden],
    [`${name}.bias`]: [hidden],
  });
  const layer = (name: string) => ({
    ...linear(`${name}.attention.self.query`, hidden, hidden),
    ...linear(`${name}.attention.self.key`, hidden, hidden),
    ...linear(`${name}.attention.self.value`, hidden, hidden),
    ...linear(`${name}.attention.output.dense`, hidden, hidden),
    ...norm(`${name}.attention.output.LayerNorm`),
    ...linear(`${name}.intermediate.dense`, hidden, intermediate),
    ...linear(`${name}.output.dense`, intermediate, hidden),
    ...norm(`${name}.output.LayerNorm`),
  });
  return {
    'embeddings.word_embeddings.weight': [vocabularySize, hidden],
    'embeddings.position_embeddings.weight': [positions, hidden],
    'embeddings.token_type_embeddings.weight': [2, hidden],
    ...norm('embeddings.LayerNorm'),
    ...Object.assign({}, ...Array.from({ length: layers }, (_, i) => layer(`encoder.layer.${i}`))),
  };
}
