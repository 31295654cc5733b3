package io.persistentmap.serializer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Deque;
import java.util.Hashtable;
import java.util.IdentityHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.Stack;
import java.util.TreeSet;
import java.util.Vector;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Lock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Guards that each part of a value that is read through locks is announced before it is: another
 * thread has the monitors and locks of all objects that a part is made of, the JDK's inner ones as
 * well, and keeps them. So a kind that takes a lock unannounced is found, whichever it is.
 */
@SuppressWarnings("JdkObsolete") // they are there to be stored
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OwnLocksTest {
  /** {@code sun.misc.Unsafe}, the only way into the JDK's classes without an option. */
  private static final Object UNSAFE = unsafe();

  private static final int MOST = 2_000;
  private static final long LOOK_MILLIS = 10;

  /** A thread that waits at each of them waits for good. */
  private static final int MOST_LOOKS = 100;

  private final CodecFixture fixture = new CodecFixture();

  /** A part, and what is before and after it. */
  private static final class Holder {
    @SuppressWarnings("unused") // read by the codec
    private final List<Object> parts;

    Holder(Object part) {
      parts = new ArrayList<>(List.of("before", part, "after"));
    }
  }

  /** A user's class that has the JDK's monitor. */
  @SuppressWarnings("serial") // written by the codec only
  private static final class OwnVector extends Vector<String> {
    @SuppressWarnings("unused") // read by the codec
    private final int number = 7;
  }

  static Stream<Kind> kinds() throws IOException {
    List<String> words = List.of("a", "b", "c");
    OwnVector own = new OwnVector();
    own.addAll(words);
    Stack<String> stack = new Stack<>();
    stack.addAll(words);
    return Stream.concat(
        JdkKindsTest.stored().stream(),
        Stream.of(
            Kind.same("own Vector", own),
            Kind.same("Stack of a Vector's", stack),
            Kind.same("Vector.subList", new Vector<>(words).subList(0, 2)),
            Kind.same("Vector.subList.subList", new Vector<>(words).subList(0, 3).subList(0, 2)),
            Kind.same("unmodifiable Vector", Collections.unmodifiableList(new Vector<>(words))),
            Kind.same("Vector of a Vector", new Vector<>(List.of(new Vector<>(words), "x"))),
            Kind.same("CopyOnWrite.subList", new CopyOnWriteArrayList<>(words).subList(0, 2)),
            Kind.same(
                "synchronizedList.subList",
                Collections.synchronizedList(new LinkedList<>(words)).subList(0, 2)),
            Kind.same(
                "synchronizedSortedSet.headSet",
                Collections.synchronizedSortedSet(new TreeSet<>(words)).headSet("b")),
            Kind.same(
                "synchronizedList of an ArrayList",
                Collections.synchronizedList(new ArrayList<>(words))),
            Kind.same("StringBuffer[]", new StringBuffer[] {new StringBuffer("x")})));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void write_allThatPartIsMadeOfIsHeld_announcedOrWritten(Kind kind) throws Exception {
    Holder holder = new Holder(kind.value());
    fixture.encode(holder); // what is done once for each class takes other locks

    Thread.State state =
        whileHeld(
            kind.value(),
            () -> {
              try {
                fixture.codec.write(holder, new ByteWriter(64), OwnLocksTest::refuse);
              } catch (NotEnteredException announced) {
                assertThat(announced.part()).isNotNull();
              }
            });

    assertThat(state).as("the writing thread").isEqualTo(Thread.State.TERMINATED);
  }

  private static void refuse(Object part) {
    throw new NotEnteredException(part);
  }

  /** Or the test above could not fail. */
  @Test
  void write_heldAndWithoutWatch_waits() throws Exception {
    Holder holder = new Holder(new Vector<>(List.of("a")));
    fixture.encode(holder);

    Thread.State state =
        whileHeld(holder.parts.get(1), () -> fixture.codec.write(holder, new ByteWriter(64)));

    assertThat(state).isEqualTo(Thread.State.BLOCKED);
  }

  /** Who reads a value has its monitor already. */
  @Test
  void write_valueItself_notAnnounced() {
    for (Object value : List.of(new Vector<>(List.of("a")), new StringBuffer("b"), new Stack<>())) {
      fixture.codec.write(value, new ByteWriter(64), OwnLocksTest::refuse);
    }
  }

  /** Parts of few objects each that are common: each costs a thread's change. */
  @Test
  void write_partsWithoutLocks_notAnnounced() {
    List<Object> parts =
        List.of(
            new ArrayList<>(List.of("a")),
            new Hashtable<>(Map.of("a", 1)),
            new ArrayList<>(List.of("a", "b")).subList(0, 1),
            Collections.synchronizedList(new ArrayList<>(List.of("a"))),
            new BitSet(),
            new ConcurrentHashMap<>(Map.of("a", 1)));
    for (Object part : parts) {
      fixture.encode(new Holder(part));
      fixture.codec.write(new Holder(part), new ByteWriter(64), OwnLocksTest::refuse);
    }
  }

  /** Returns how far a thread comes with a task while another one has everything. */
  private static Thread.State whileHeld(Object part, Runnable task) throws InterruptedException {
    List<Object> all = reachable(part);
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    Thread holder = new Thread(null, () -> hold(all, 0, held, leave), "holder", 64L << 20);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread writer = new Thread(task, "writer");
    writer.setUncaughtExceptionHandler((thread, thrown) -> failure.set(thrown));
    holder.start();
    held.await();
    try {
      writer.start();
      int looksInVain = 0;
      while (writer.isAlive() && looksInVain < MOST_LOOKS) {
        writer.join(LOOK_MILLIS);
        looksInVain = writer.getState() == Thread.State.RUNNABLE ? 0 : looksInVain + 1;
      }
      return writer.getState();
    } finally {
      leave.countDown();
      holder.join();
      writer.join();
      assertThat(failure.get()).isNull();
    }
  }

  private static void hold(List<Object> all, int from, CountDownLatch held, CountDownLatch leave) {
    if (from == all.size()) {
      held.countDown();
      await(leave);
      return;
    }
    Object next = all.get(from);
    synchronized (next) {
      if (next instanceof Lock lock) {
        lock.lock();
        try {
          hold(all, from + 1, held, leave);
        } finally {
          lock.unlock();
        }
      } else {
        hold(all, from + 1, held, leave);
      }
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  // ---- what an object is made of ---------------------------------------------------------------

  private static List<Object> reachable(Object root) {
    Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    List<Object> found = new ArrayList<>();
    Deque<Object> next = new ArrayDeque<>(List.of(root));
    while (!next.isEmpty() && found.size() < MOST) {
      Object object = next.remove();
      if (!isShared(object) && seen.add(object)) {
        found.add(object);
        next.addAll(partsOf(object));
      }
    }
    return found;
  }

  /** Objects that the whole process uses; and those whose monitors are not to be used. */
  private static boolean isShared(Object object) {
    String name = object.getClass().getName();
    return object instanceof Class<?>
        || object instanceof Enum<?>
        || object instanceof Thread
        || object instanceof ClassLoader
        || object instanceof String
        || object.getClass().isHidden()
        || name.startsWith("java.lang.ref.")
        || name.startsWith("java.lang.reflect.")
        || name.startsWith("java.lang.invoke.")
        || name.startsWith("java.time.")
        || name.startsWith("jdk.internal.")
        || name.startsWith("sun.nio.fs.")
        || object instanceof Number
        || object instanceof Boolean
        || object instanceof Character;
  }

  private static List<Object> partsOf(Object object) {
    List<Object> parts = new ArrayList<>();
    Class<?> type = object.getClass();
    if (type.isArray()) {
      for (int i = 0; !type.getComponentType().isPrimitive() && i < Array.getLength(object); i++) {
        addTo(parts, Array.get(object, i));
      }
      return parts;
    }
    for (Class<?> at = type; at != null && !at.isRecord(); at = at.getSuperclass()) {
      for (Field field : at.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
          Object offset = unsafe("objectFieldOffset", List.of(Field.class), field);
          addTo(parts, unsafe("getObject", List.of(Object.class, long.class), object, offset));
        }
      }
    }
    return parts;
  }

  private static void addTo(List<Object> parts, @Nullable Object part) {
    if (part != null) {
      parts.add(part);
    }
  }

  private static Object unsafe() {
    try {
      Field field = Class.forName("sun.misc.Unsafe").getDeclaredField("theUnsafe");
      field.setAccessible(true);
      return Objects.requireNonNull(field.get(null));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  private static @Nullable Object unsafe(
      String method, List<Class<?>> parameters, @Nullable Object... arguments) {
    try {
      return UNSAFE
          .getClass()
          .getMethod(method, parameters.toArray(Class<?>[]::new))
          .invoke(UNSAFE, arguments);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(method, e);
    }
  }
}
