package io.persistentmap.serializer;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The fields of the objects of one class: how they are written, and how those of an older schema
 * are read into them.
 *
 * <p>A stored field goes where class and name are the same. Failing that it goes to the only field
 * of that name, since fields are moved to superclasses and back, and superclasses renamed; where it
 * is not clear which was meant, nothing is read. What has no such field is read and dropped, and a
 * field that was not stored keeps what a new object has in it.
 */
final class Fields {
  /** What is written, and the order in which. */
  private final FieldAccess[] written;

  /** What is read, in the order of the stored schema. */
  private final Target[] read;

  private Fields(FieldAccess[] written, Target[] read) {
    this.written = written;
    this.read = read;
  }

  /**
   * Finds out where the fields of a schema go.
   *
   * @param stored the fields of the schema, under the names that their classes have now
   * @throws Refusal if the type of a field changed, or the module keeps a class closed
   */
  static Fields of(Class<?> type, List<Schema.Field> stored, TypeChanges changes) {
    List<Field> fields = Hierarchy.of(type).storedFields();
    FieldAccess[] written = new FieldAccess[fields.size()];
    for (int i = 0; i < written.length; i++) {
      written[i] = access(fields.get(i));
    }
    return new Fields(written, targets(type, stored, fields, changes));
  }

  /** Appends the fields of an object. */
  void write(Object owner, GraphWriter out) {
    for (FieldAccess field : written) {
      field.write(owner, out);
    }
  }

  /** Returns the fields of an object, boxed. */
  @Nullable Object[] get(Object owner) {
    return Arrays.stream(written).map(field -> field.get(owner)).toArray();
  }

  /** Sets the fields of an object. */
  void read(Object owner, GraphReader in) {
    for (Target target : read) {
      target.read(owner, in);
    }
  }

  private static Target[] targets(
      Class<?> type, List<Schema.Field> stored, List<Field> fields, TypeChanges changes) {
    Set<Field> free = new HashSet<>(fields);
    @Nullable Field[] found = new @Nullable Field[stored.size()];
    for (int i = 0; i < found.length; i++) {
      found[i] = sameField(stored.get(i), type, free);
      free.remove(found[i]);
    }
    List<Schema.Field> homeless = new ArrayList<>();
    for (int i = 0; i < found.length; i++) {
      if (found[i] == null) {
        homeless.add(stored.get(i));
      }
    }
    Target[] targets = new Target[stored.size()];
    for (int i = 0; i < targets.length; i++) {
      Schema.Field field = stored.get(i);
      Field now = found[i] != null ? found[i] : onlyOfName(type, field.name(), homeless, free);
      if (now != null) {
        changes.check(type, field, now.getType());
      }
      targets[i] = new Target(field, now);
    }
    return targets;
  }

  private static @Nullable Field sameField(Schema.Field stored, Class<?> type, Set<Field> fields) {
    String owner = ownerOf(stored, type);
    for (Field field : fields) {
      if (field.getName().equals(stored.name())
          && field.getDeclaringClass().getName().equals(owner)) {
        return field;
      }
    }
    return null;
  }

  /**
   * Finds the field that has moved to another class of the hierarchy, by its name.
   *
   * @param homeless the stored fields whose classes don't have them any more
   * @param free the fields that were not stored
   * @return null if there is no field of that name, so that the value is dropped
   * @throws Refusal if there is more than one, on either side
   */
  private static @Nullable Field onlyOfName(
      Class<?> type, String name, List<Schema.Field> homeless, Set<Field> free) {
    List<Field> now = free.stream().filter(field -> field.getName().equals(name)).toList();
    List<String> owners =
        homeless.stream()
            .filter(field -> field.name().equals(name))
            .map(field -> ownerOf(field, type))
            .toList();
    if (now.size() > 1 || (now.size() == 1 && owners.size() > 1)) {
      throw new Refusal(notClear(type, name, owners, now));
    }
    return now.isEmpty() ? null : now.get(0);
  }

  private static String ownerOf(Schema.Field stored, Class<?> type) {
    return stored.owner().isEmpty() ? type.getName() : stored.owner();
  }

  private static String notClear(Class<?> type, String name, List<String> owners, List<Field> now) {
    List<String> ownersNow =
        now.stream().map(field -> field.getDeclaringClass().getName()).sorted().toList();
    String advice =
        owners.stream()
            .filter(owner -> !owner.equals(type.getName()))
            .map(owner -> ", add .alias(\"" + owner + "\", ItsNewName.class)")
            .collect(Collectors.joining());
    return String.format(
        "%s was stored with a field %s of %s, which now could be that of %s: %sgive the new ones"
            + " other names",
        type.getName(),
        name,
        String.join(", and one of ", owners),
        String.join(", or that of ", ownersNow),
        advice.isEmpty() ? "" : "where a class has another name now" + advice + "; else ");
  }

  private static FieldAccess access(Field field) {
    return new FieldAccess(field.getName(), field.getType(), unreflect(field, true), true);
  }

  private static MethodHandle unreflect(Field field, boolean getter) {
    try {
      field.setAccessible(true);
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      return getter ? lookup.unreflectGetter(field) : lookup.unreflectSetter(field);
    } catch (IllegalAccessException | InaccessibleObjectException closed) {
      throw new Refusal(Opening.message(field.getDeclaringClass()), closed);
    }
  }

  /** Where a stored field goes. */
  private static final class Target {
    private final Schema.Field stored;
    private final char letter;

    /** Takes the object and the stored type. */
    private final @Nullable MethodHandle setter;

    Target(Schema.Field stored, @Nullable Field now) {
      this.stored = stored;
      this.letter = Primitives.letter(stored.type());
      Class<?> primitive = Primitives.named(stored.type());
      Class<?> type = primitive == null ? Object.class : primitive;
      this.setter =
          now == null
              ? null
              : unreflect(now, false).asType(MethodType.methodType(void.class, Object.class, type));
    }

    void read(Object owner, GraphReader in) {
      try {
        if (setter == null) {
          in.drop(letter);
        } else {
          set(setter, owner, in);
        }
      } catch (ClassCastException wrong) {
        throw new SerializationException(
            "field " + stored.name() + " can't hold what is stored: " + wrong.getMessage(), wrong);
      } catch (RuntimeException failure) {
        throw Refusal.from(failure).in("." + stored.name());
      } catch (Throwable failure) {
        throw Failures.unchecked(failure);
      }
    }

    private void set(MethodHandle target, Object owner, GraphReader in) throws Throwable {
      ByteReader bytes = in.bytes();
      switch (letter) {
        case 'Z' -> target.invokeExact(owner, bytes.readByte() != 0);
        case 'B' -> target.invokeExact(owner, bytes.readByte());
        case 'S' -> target.invokeExact(owner, bytes.readShort());
        case 'C' -> target.invokeExact(owner, (char) bytes.readShort());
        case 'I' -> target.invokeExact(owner, bytes.readInt());
        case 'J' -> target.invokeExact(owner, bytes.readLong());
        case 'F' -> target.invokeExact(owner, Float.intBitsToFloat(bytes.readInt()));
        case 'D' -> target.invokeExact(owner, Double.longBitsToDouble(bytes.readLong()));
        default -> target.invokeExact(owner, in.value());
      }
    }
  }
}
