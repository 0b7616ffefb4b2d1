package dev.lanepool.tests.examples;

import dev.lanepool.EmbeddingModel;
import dev.lanepool.nn.Compute;
import dev.lanepool.nn.CrossEntropy;
import dev.lanepool.nn.Linear;
import dev.lanepool.nn.Mat;
import dev.lanepool.training.optim.AdamW;
import dev.lanepool.training.optim.Objective;
import dev.lanepool.training.optim.Schedule;
import dev.lanepool.training.optim.TrainingLoop;
import dev.lanepool.training.optim.TrainingSettings;
import java.util.List;

/** A linear layer trained on embeddings. */
public final class TrainLinear {
  private TrainLinear() {}

  public static void main(String[] args) {
    List<String> texts = List.of("a quiet, moving film", "dull from start to end", "what a joy", "a waste of an evening");
    float[] labels = {1, 0, 1, 0};
    try (EmbeddingModel model = EmbeddingModel.builtIn(); Compute compute = new Compute(2)) {
      List<float[]> vectors = model.embedAll(texts);
      Mat x = new Mat(2, 256);
      Mat y = new Mat(2, 2);
      Mat targets = new Mat(2, 1);
      Linear linear = new Linear("classifier", 256, 2);
      Linear.Cache cache = linear.newCache(compute, x.shape());
      Objective objective = (batch, grads) -> {
        for (int i = 0; i < batch.size(); i++) {
          System.arraycopy(vectors.get(batch.example(i)), 0, x.data(), i * 256, 256);
          targets.data()[i] = labels[batch.example(i)];
        }
        linear.forward(x, y, cache);
        double loss = new CrossEntropy().of(y, targets, y);   // y receives the loss's gradient
        linear.backward(y, cache, null, grads);
        return loss;
      };
      TrainingSettings settings = TrainingSettings.defaults().withBatchSize(2).withEpochs(20)
          .withRule(new AdamW().withWeightDecay(0.1)).withLearningRate(0.01).withSchedule(Schedule.linear(4, 40)).withMaxNorm(1);
      new TrainingLoop(compute, linear.params(), texts.size(), settings)
          .run(objective, (step, loss, norm, rate) -> System.out.println(step + " " + loss));
    }
  }
}
