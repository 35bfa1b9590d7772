"""A drawn person who performs: skeleton, motions, looks, scenes and the picture of them.

::

    script → performance               what is done at each instant, and its true label
      actions, gestures, gait,         phase of a repetition → Pose, keyframed by hand
      moves, sports, keyframes
        pose → skeleton                controls → joint positions in metres
          body, limbs, shoes, head,    joint positions → coloured patches of surface
          face, hair, hands, props
            picture: painter, camera   patches, light and background → picture
              scenes: rooms, outdoors, furniture, stage
              source → bake            frames with their truth → the recording that ships

Everything is a pure function of time and seed. ``picture.draw_person`` draws any joint positions,
wherever they come from.
"""
