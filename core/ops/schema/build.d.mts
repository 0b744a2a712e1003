/** Extends the schema that is in `folder`, if any, and writes it there with its encodings. */
export declare function build(folder: string): void
