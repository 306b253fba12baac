"""A stand-in: a trainer that prints how it was called."""
import json
import os


# What transformers calls the share of the steps that warms up: `warmup_ratio` until release 5, `warmup_steps` since.
TRANSFORMERS = int(os.environ.get("TRANSFORMERS", "5"))


class Config(dict):
    __dataclass_fields__ = {"warmup_steps", *(["warmup_ratio"] if TRANSFORMERS < 5 else [])}

    def __init__(self, **settings):
        if "warmup_ratio" in settings and TRANSFORMERS >= 5:
            raise TypeError("__init__() got an unexpected keyword argument 'warmup_ratio'")
        super().__init__(config=type(self).__name__, **settings)


class SFTConfig(Config):
    pass


class DPOConfig(Config):
    # Releases that cut a prompt to 512 tokens when nothing is said.
    __dataclass_fields__ = Config.__dataclass_fields__ | ({"max_prompt_length"} if TRANSFORMERS < 5 else set())


class KTOConfig(DPOConfig):
    pass


class Trainer:
    def __init__(self, **told):
        self.told = told

    def train(self):
        print(json.dumps({"trainer": type(self).__name__, **self.told}))

    def save_model(self, folder):
        os.makedirs(folder, exist_ok=True)
        with open(f"{folder}/adapter_config.json", "w", encoding="utf8") as file:
            file.write("{}")


class SFTTrainer(Trainer):
    pass


class DPOTrainer(Trainer):
    pass


class KTOTrainer(Trainer):
    pass


# Some releases have it among their experiments.
if os.environ.get("EXPERIMENTAL_KTO"):
    import sys
    import types

    kto = types.ModuleType("trl.experimental.kto")
    kto.KTOConfig, kto.KTOTrainer = KTOConfig, KTOTrainer
    sys.modules.update({"trl.experimental": types.ModuleType("trl.experimental"), "trl.experimental.kto": kto})
    del KTOConfig, KTOTrainer
