def LoraConfig(**settings):
    return settings
