package io.persistentmap.serializer;

import com.esotericsoftware.kryo.kryo5.util.MapReferenceResolver;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The objects of one graph that were written or read already, so that each is there once.
 *
 * <p>The first few written objects are kept in a list: most graphs have no more, and searching it
 * is faster than asking for identity hash codes and clearing a table.
 *
 * <p>An object that is made of its content, such as a record, exists only after all of it. A cycle
 * that leads back into one that is still being written could never be read and is refused.
 */
@SuppressWarnings("rawtypes") // the signatures of Kryo
final class GraphReferences extends MapReferenceResolver {
  private static final int FEW = 8;

  private final @Nullable Object[] firstWritten = new @Nullable Object[FEW];
  private int writtenCount;

  /** The numbers of the objects that are being written and exist only afterwards. */
  private int[] open = new int[FEW];

  private int openCount;

  /** Called for each back reference that is read. */
  private final Reading reading;

  /** Hears of references. */
  interface Reading {
    void refersTo(Object object, int number);
  }

  GraphReferences(Reading reading) {
    this.reading = reading;
  }

  /** Notes that an object that exists only after its content is about to be written. */
  void open(int number) {
    if (openCount == open.length) {
      open = Arrays.copyOf(open, 2 * openCount);
    }
    open[openCount++] = number;
  }

  /** Notes that the object opened last is written. */
  void close() {
    openCount--;
  }

  /** Returns the number that the object written last has. */
  int lastWritten() {
    return writtenCount - 1;
  }

  /** Returns how many objects were read, or are being read. */
  int readCount() {
    return readObjects.size();
  }

  /** Returns an object that was read. */
  Object read(int number) {
    return readObjects.get(number);
  }

  @Override
  public boolean useReferences(Class type) {
    return true;
  }

  @Override
  public int getWrittenId(Object object) {
    int number = find(object);
    if (number >= 0 && isOpen(number)) {
      throw Refusal.of(
          object.getClass(),
          "a cycle leads back to it, and it can't be made before its content is there");
    }
    return number;
  }

  private int find(Object object) {
    int few = Math.min(writtenCount, FEW);
    for (int i = 0; i < few; i++) {
      if (firstWritten[i] == object) {
        return i;
      }
    }
    return writtenCount <= FEW ? -1 : super.getWrittenId(object);
  }

  private boolean isOpen(int number) {
    for (int i = 0; i < openCount; i++) {
      if (open[i] == number) {
        return true;
      }
    }
    return false;
  }

  @Override
  public int addWrittenObject(Object object) {
    if (writtenCount < FEW) {
      firstWritten[writtenCount] = object;
    } else {
      writtenObjects.put(object, writtenCount);
    }
    return writtenCount++;
  }

  @Override
  public Object getReadObject(Class type, int number) {
    Object object = number < 0 || number >= readObjects.size() ? null : readObjects.get(number);
    if (object == null) {
      throw new SerializationException(
          "a reference to object " + number + ", which is not there, or not yet");
    }
    reading.refersTo(object, number);
    return object;
  }

  @Override
  public void reset() {
    if (writtenCount > FEW || readObjects.size() > FEW) {
      super.reset(); // also gives up tables that one large graph left behind
    } else {
      readObjects.clear();
    }
    Arrays.fill(firstWritten, 0, Math.min(writtenCount, FEW), null);
    writtenCount = 0;
    openCount = 0;
  }
}
