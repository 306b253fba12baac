"""A stand-in: a trainer that prints how it was called."""
import json
import os


def SFTConfig(**settings):
    return {"config": "SFTConfig", **settings}


def DPOConfig(**settings):
    return {"config": "DPOConfig", **settings}


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
