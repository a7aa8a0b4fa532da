const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
const characters = [...'abcdefghijklmnopqrstuvwxyz0123456789'];
const punctuation = [...'!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'];

/** Frequent words, each one token, so that a text has about as many tokens as the real vocabulary gives it. */
export const words =
  `the of and to in is it that for was on are as with they be at one have this from or had by not word but what some we
  can out other were all there when up use your how said an each she which do their time if will way about many then
  them write would like so these her long make thing see him two has look more day could go come did number sound no
  most people my over know water than call first who may down side been now find any new work part take get place made
  live where after back little only round man year came show every good me give our under name very through just form
  sentence great think say help low line differ turn cause much mean before move right boy old too same tell does set
  three want air well also play small end put home read hand port large spell add even land here must big high such`
    .split(/\s+/)
    .filter((word) => word !== '');

/** The tokenizer of the made model: WordPiece over letters, digits, punctuation and a few words; it knows every text. */
export function tokenizer(): { readonly json: unknown; readonly vocabularySize: number } {
  const entries = [...special, ...punctuation, ...characters, ...characters.map((letter) => `##${letter}`), ...words];
  const vocabulary = new Map([...new Set(entries)].map((entry, id) => [entry, id]));
  const id = (token: string) => vocabulary.get(token);
  const piece = (name: string) => ({ SpecialToken: { id: name, type_id: 0 } });
  const sequence = (name: string) => ({ Sequence: { id: name, type_id: 0 } });
  const json = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: special.map((content) => ({
      id: id(content),
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [piece('[CLS]'), sequence('A'), piece('[SEP]')],
      pair: [piece('[CLS]'), sequence('A'), piece('[SEP]'), sequence('B'), piece('[SEP]')],
      special_tokens: Object.fromEntries(
        ['[CLS]', '[SEP]'].map((name) => [name, { id: name, ids: [id(name)], tokens: [name] }]),
      ),
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(vocabulary),
    },
  };
  return { json, vocabularySize: vocabulary.size };
}
