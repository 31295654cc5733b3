package io.persistentmap.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.serializer.Samples.User;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CodecThreadsTest {
  private static final int THREADS = 8;
  private static final int ROUNDS = 300;

  private final CodecFixture fixture = new CodecFixture();

  @Test
  void roundTrip_eightThreadsOneCodec_eachReadsItsOwn() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Callable<Boolean>> tasks = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        int number = i;
        tasks.add(() -> roundTrips(number));
      }
      for (Future<Boolean> result : threads.invokeAll(tasks, 60, TimeUnit.SECONDS)) {
        assertThat(result.get()).isTrue();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(fixture.classes.descriptions()).doesNotHaveDuplicates();
  }

  private boolean roundTrips(int number) {
    List<Object> values = Samples.composites();
    for (int round = 0; round < ROUNDS; round++) {
      User user = new User("thread " + number + " round " + round, number);
      user.things.addAll(values);
      user.things.add(user.name());
      User read = fixture.roundTrip(user);
      assertThat(read).isEqualTo(user);
      if (round % 10 == number) {
        assertThatThrownBy(() -> fixture.encode(List.of(user, new Thread())))
            .isInstanceOf(SerializationException.class);
      }
    }
    return true;
  }
}
