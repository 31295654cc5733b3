package io.persistentmap.serializer;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The containers of one value that are filled later than their elements are read, since these are
 * not complete before: when an object around them is, or when the whole value is there.
 *
 * <p>What fails at the end has lost its path, since nobody is reading at that place any more. So
 * each container has a number, and the value can be read once more, up to that one, to fail there.
 */
final class Fillings {
  private static final int NONE = -1;

  /** Does what was put off, and knows whether it is of a field that is dropped. */
  interface Finish {
    void run(boolean dropped, Runnable putOff);
  }

  /**
   * A container that waits for the object at a depth to be complete.
   *
   * @param number counts containers
   * @param dropped whether it is in a field that is dropped
   */
  record Filling(int number, int level, Runnable fill, Runnable clear, boolean dropped) {}

  /** Where reading was, to go back there. */
  record Mark(int waiting, int again) {}

  private final Finish finish;
  private final List<Filling> waiting = new ArrayList<>();

  /** Containers that are filled once more at the end. */
  private final List<Filling> again = new ArrayList<>();

  /** How many containers began. */
  private int count;

  private int failed = NONE;

  /** The container at which reading is to fail. */
  private int failing = NONE;

  private @Nullable RuntimeException failure;

  Fillings(Finish finish) {
    this.finish = finish;
  }

  /** Counts a container whose elements are about to be read. */
  int begin() {
    return count++;
  }

  /** Fails if that was asked for at this container. */
  void failIfAsked(int number) {
    if (number == failing) {
      throw Objects.requireNonNull(failure);
    }
  }

  /** Lets reading fail with a given failure when the elements of a container have been read. */
  void failAt(int number, RuntimeException given) {
    failing = number;
    failure = given;
  }

  /** Returns the number of the container that could not be filled at the end; -1 for none. */
  int failed() {
    return failed;
  }

  /** Returns how many containers are waiting. */
  int size() {
    return waiting.size();
  }

  /** Adds a container that waits. */
  void add(Filling filling) {
    waiting.add(filling);
  }

  /** Fills a container as well as it can be now, and again at the end. */
  void fillTwice(Filling filling) {
    again.add(filling);
    try {
      filling.fill.run();
    } catch (RuntimeException | LinkageError incomplete) {
      return; // it fails at the end if it must
    }
  }

  /** Does the same with those that have begun to wait since a size was taken. */
  void fillTwice(int size) {
    if (waiting.size() > size) {
      take(size).forEach(this::fillTwice);
    }
  }

  /** Fills what waited for the object at a depth. */
  void fillWaiting(int level) {
    if (!waiting.isEmpty()) {
      List<Filling> complete = new ArrayList<>(waiting);
      complete.removeIf(filling -> filling.level < level);
      waiting.removeAll(complete);
      complete.forEach(this::fillOrPutOff);
    }
  }

  /** Fills a container again at the end if it can't be filled now. */
  private void fillOrPutOff(Filling filling) {
    try {
      filling.fill.run();
    } catch (RuntimeException | LinkageError incomplete) {
      again.add(filling); // it fails at the end if it must
    }
  }

  /** Fills all that is left: the whole value is there. */
  void finish() {
    take(0).forEach(this::fillAtLast);
    for (Filling filling : again) {
      finish.run(filling.dropped, filling.clear);
      fillAtLast(filling);
    }
  }

  private void fillAtLast(Filling filling) {
    try {
      finish.run(filling.dropped, filling.fill);
    } catch (RuntimeException unfilled) {
      failed = filling.number;
      throw unfilled;
    }
  }

  private List<Filling> take(int size) {
    List<Filling> taken = waiting.subList(size, waiting.size());
    List<Filling> copy = List.copyOf(taken);
    taken.clear();
    return copy;
  }

  /** Returns where reading is. */
  Mark mark() {
    return new Mark(waiting.size(), again.size());
  }

  /** Goes back to where reading was. */
  void goBack(Mark mark) {
    waiting.subList(Math.min(mark.waiting, waiting.size()), waiting.size()).clear();
    again.subList(Math.min(mark.again, again.size()), again.size()).clear();
  }

  /** Forgets the value. */
  void reset() {
    again.clear();
    count = 0;
  }
}
