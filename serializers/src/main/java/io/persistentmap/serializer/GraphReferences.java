package io.persistentmap.serializer;

import com.esotericsoftware.kryo.kryo5.util.MapReferenceResolver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The objects of one graph that were written or read already, so that each is there once.
 *
 * <p>The first few written objects are kept in a list: most graphs have no more, and searching it
 * is faster than asking for identity hash codes and clearing a table.
 *
 * <p>A record exists only after all its components. A cycle that leads back into a record which is
 * still being written could never be read and is refused; Kryo would read null.
 */
@SuppressWarnings("rawtypes") // the signatures of Kryo
final class GraphReferences extends MapReferenceResolver {
  private static final int FEW = 8;

  private final @Nullable Object[] firstWritten = new @Nullable Object[FEW];
  private int writtenCount;

  private final List<Object> openRecords = new ArrayList<>();
  private final IdentityHashMap<Class<?>, Boolean> referenced = new IdentityHashMap<>();

  /** Notes that the components of a record are about to be written. */
  void open(Object record) {
    openRecords.add(record);
  }

  /** Notes that all components of the record opened last are written. */
  void close() {
    openRecords.remove(openRecords.size() - 1);
  }

  @Override
  public boolean useReferences(Class type) {
    if (type == String.class) {
      return false;
    }
    Boolean known = referenced.get(type);
    return known != null ? known : examine(type);
  }

  @Override
  public int getWrittenId(Object object) {
    if (object instanceof Record && containsIdentity(openRecords, object)) {
      throw new SerializationException(
          "a cycle leads back to a record of " + object.getClass().getName());
    }
    int few = Math.min(writtenCount, FEW);
    for (int i = 0; i < few; i++) {
      if (firstWritten[i] == object) {
        return i;
      }
    }
    return writtenCount <= FEW ? -1 : super.getWrittenId(object);
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
  public Object getReadObject(Class type, int id) {
    Object object = super.getReadObject(type, id);
    if (object == null) {
      throw new SerializationException(
          "a cycle leads back to an object of " + type.getName() + " that is not built yet");
    }
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
    openRecords.clear();
  }

  /** Strings, numbers, enums and the like are values: equal ones may become different objects. */
  private boolean examine(Class<?> type) {
    TypeTraits traits = TypeTraits.of(type);
    boolean value = traits.tag() == Tag.ENUM || (traits.isScalar() && traits.immutable());
    boolean result = !value && super.useReferences(type);
    referenced.put(type, result);
    return result;
  }

  private static boolean containsIdentity(List<Object> objects, Object wanted) {
    for (Object object : objects) {
      if (object == wanted) {
        return true;
      }
    }
    return false;
  }
}
