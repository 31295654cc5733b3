package io.persistentmap.lincheck;

import io.persistentmap.format.RecordLayout;
import io.persistentmap.format.SegmentHeader;
import io.persistentmap.format.SegmentLink;
import io.persistentmap.index.Hashing;
import io.persistentmap.serializer.ByteReader;
import io.persistentmap.serializer.ByteWriter;
import java.lang.reflect.Method;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.StressOptions;

/**
 * How Lincheck looks for interleavings. {@code -Dpersistentmap.lincheck.factor=N} makes it look at
 * N times as many scenarios.
 */
final class Search {
  /** Of tests that run in a JVM of their own: Lincheck leaves threads, and changed JDK classes. */
  static final String TAG = "lincheck";

  private static final int FACTOR = Integer.getInteger("persistentmap.lincheck.factor", 1);

  private Search() {}

  /**
   * Tries interleavings of two threads.
   *
   * <p>There are no steps before those of the threads: of a scenario with such, Lincheck 3.7 tries
   * one interleaving only, and says nothing. So maps have their first entries when they are made.
   *
   * @param scenarios how many, at random, of two steps for each thread
   * @param interleavings how many of each
   */
  static ModelCheckingOptions modelChecking(int scenarios, int interleavings) {
    return new ModelCheckingOptions()
        .iterations(scenarios * FACTOR)
        .invocationsPerIteration(interleavings)
        .threads(2)
        .actorsPerThread(2)
        .actorsBefore(0)
        .actorsAfter(2)
        .addGuarantee(
            ManagedStrategyGuaranteeKt.forClasses(names(ofOneThread())).allMethods().ignore());
  }

  /** What works on bytes that no other thread sees yet, or any more. */
  private static Stream<Class<?>> ofOneThread() {
    return Stream.of(
        ByteReader.class,
        ByteWriter.class,
        RecordLayout.class,
        SegmentHeader.class,
        SegmentLink.class,
        Hashing.class,
        CRC32C.class,
        ArrayMemory.Words.class);
  }

  private static String[] names(Stream<Class<?>> classes) {
    return classes.map(Class::getName).toArray(String[]::new);
  }

  /**
   * Makes a scenario, of steps such as {@code put 1 5}.
   *
   * @param operations the class that has them
   * @param one the step of one thread
   * @param other the step of another
   * @param after a step afterwards
   */
  static ExecutionScenario scenario(Class<?> operations, String one, String other, String after) {
    return new ExecutionScenario(
        List.of(),
        List.of(List.of(step(operations, one)), List.of(step(operations, other))),
        List.of(step(operations, after)),
        null);
  }

  private static Actor step(Class<?> operations, String step) {
    List<String> words = List.of(step.split(" ", -1));
    Method method =
        Stream.of(operations.getMethods())
            .filter(candidate -> candidate.getName().equals(words.get(0)))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException(step + ": no such operation"));
    List<Object> arguments =
        words.subList(1, words.size()).stream().<Object>map(Integer::valueOf).toList();
    return new Actor(method, arguments);
  }

  /** Runs scenarios on real threads. */
  static StressOptions stress(int scenarios, int repetitions) {
    return new StressOptions()
        .iterations(scenarios * FACTOR)
        .invocationsPerIteration(repetitions)
        .threads(3)
        .actorsPerThread(3)
        .actorsBefore(0)
        .actorsAfter(2);
  }
}
