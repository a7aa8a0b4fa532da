-- The tables that upstream plans for documents, with the names and columns of its own schema 0.6.1. The server does not use
-- them yet. It is run once, on an empty volume, and changes nothing that is there.
BEGIN;

CREATE TABLE IF NOT EXISTS _schema_info (
  id serial PRIMARY KEY,
  schema_version varchar(50) NOT NULL UNIQUE,
  applied_at timestamptz DEFAULT now(),
  description text
);

CREATE TABLE IF NOT EXISTS watched_folders (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  path varchar(1024) NOT NULL UNIQUE,
  name varchar(255) NOT NULL,
  enabled boolean NOT NULL DEFAULT true,
  include_patterns text[],
  exclude_patterns text[],
  debounce_ms integer NOT NULL DEFAULT 2000 CHECK (debounce_ms BETWEEN 100 AND 300000),
  created_at timestamptz NOT NULL DEFAULT now(),
  last_scan_at timestamptz,
  file_count integer DEFAULT 0 CHECK (file_count >= 0),
  updated_at timestamptz
);

CREATE TABLE IF NOT EXISTS documents (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  source_id uuid NOT NULL REFERENCES watched_folders ON DELETE CASCADE,
  file_path varchar(1024) NOT NULL,
  absolute_path varchar(2048),
  document_type varchar(50) NOT NULL CHECK (document_type IN ('pdf', 'docx', 'markdown', 'image', 'txt')),
  title varchar(512),
  author varchar(255),
  document_date timestamptz,
  page_count integer CHECK (page_count >= 0),
  word_count integer CHECK (word_count >= 0),
  toc_structure jsonb,
  section_count integer CHECK (section_count >= 0),
  image_width integer CHECK (image_width > 0),
  image_height integer CHECK (image_height > 0),
  image_format varchar(50),
  exif_data jsonb,
  content_description text,
  file_size_bytes bigint NOT NULL CHECK (file_size_bytes >= 0),
  content_hash varchar(128) NOT NULL,
  file_modified_at timestamptz NOT NULL,
  indexed_at timestamptz NOT NULL DEFAULT now(),
  processing_status varchar(50) NOT NULL DEFAULT 'pending'
    CHECK (processing_status IN ('pending', 'processing', 'indexed', 'error')),
  processing_error text,
  chunk_count integer DEFAULT 0 CHECK (chunk_count >= 0),
  ocr_processed boolean DEFAULT false,
  ocr_confidence numeric(5, 2) CHECK (ocr_confidence BETWEEN 0 AND 100),
  updated_at timestamptz,
  UNIQUE (source_id, file_path)
);

CREATE TABLE IF NOT EXISTS document_chunks (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  document_id uuid NOT NULL REFERENCES documents ON DELETE CASCADE,
  chromadb_id varchar(255) NOT NULL,
  chunk_index integer NOT NULL CHECK (chunk_index >= 0),
  start_offset integer CHECK (start_offset >= 0),
  end_offset integer CHECK (end_offset >= 0),
  page_number integer CHECK (page_number >= 0),
  section_heading varchar(512),
  UNIQUE (document_id, chunk_index)
);

CREATE INDEX IF NOT EXISTS idx_watched_folders_enabled ON watched_folders (enabled) WHERE enabled;
CREATE INDEX IF NOT EXISTS idx_documents_source ON documents (source_id);
CREATE INDEX IF NOT EXISTS idx_documents_type ON documents (document_type);
CREATE INDEX IF NOT EXISTS idx_documents_hash ON documents (content_hash);
CREATE INDEX IF NOT EXISTS idx_documents_status ON documents (processing_status);
CREATE INDEX IF NOT EXISTS idx_documents_source_status ON documents (source_id, processing_status);
CREATE INDEX IF NOT EXISTS idx_chunks_document ON document_chunks (document_id);
CREATE INDEX IF NOT EXISTS idx_chunks_chromadb ON document_chunks (chromadb_id);

INSERT INTO _schema_info (schema_version, description)
VALUES ('0.6.1-documents', 'watched folders, documents and their chunks')
ON CONFLICT (schema_version) DO NOTHING;

COMMIT;
