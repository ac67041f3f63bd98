ARCHITECTURES = ("spacy-curated-transformers.BertTransformer.",)
